# Crier as an image that holds the program and the certificates of public authorities,
# and nothing else: no shell, no package manager, no root.
#
#   docker build -t crier .
#   docker run -p 127.0.0.1:8080:8080 -v crier:/var/lib/crier crier
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/usr/local/bin/crier .
RUN mkdir -p -m 700 /out/var/lib/crier && mkdir -p /out/etc/ssl/certs \
 && chown 65532:65532 /out/var/lib/crier \
 && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/

FROM scratch
COPY --from=build /out /
USER 65532:65532
WORKDIR /var/lib/crier
VOLUME /var/lib/crier
# Inside a container the loopback reaches nobody: publish the port as narrowly as you need.
ENV CRIER_LISTEN=0.0.0.0:8080 CRIER_DATABASE_URL=sqlite:/var/lib/crier/crier.db
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/crier"]
CMD ["serve"]
