// A receiver on this machine that answers as it is told, and keeps what came.

import { createServer } from 'node:http';

export class Receiver {
  /** What the next requests are answered: a status and a body. */
  answer = { status: 204, body: '' };
  /** What came: `{ headers, body }`, the oldest first. */
  received = [];

  static async start() {
    const receiver = new Receiver();
    receiver.server = createServer(async (request, response) => {
      const parts = await request.toArray();
      receiver.received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      const { status, body } = receiver.answer;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
    });
    await new Promise((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hook`;
    return receiver;
  }

  fails() {
    this.answer = { status: 503, body: JSON.stringify({ error: 'the database is away' }) };
  }

  works() {
    this.answer = { status: 204, body: '' };
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
