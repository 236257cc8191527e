package stream

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// streamID is the id of an entry: a time in Unix milliseconds, by the clock of
// the server, and a number within it.
type streamID struct{ ms, seq uint64 }

func parseStreamID(s string) (streamID, error) {
	ms, seq, hasSeq := strings.Cut(s, "-")
	var id streamID
	var err error
	if id.ms, err = strconv.ParseUint(ms, 10, 64); err != nil {
		return streamID{}, fmt.Errorf("stream id: %w", err)
	}
	if !hasSeq {
		return id, nil
	}
	if id.seq, err = strconv.ParseUint(seq, 10, 64); err != nil {
		return streamID{}, fmt.Errorf("stream id: %w", err)
	}
	return id, nil
}

func (id streamID) compare(other streamID) int {
	return cmp.Or(cmp.Compare(id.ms, other.ms), cmp.Compare(id.seq, other.seq))
}

// compareIDs compares ids as text; one that is malformed counts as the first of all.
func compareIDs(one, other string) int {
	a, _ := parseStreamID(one)
	b, _ := parseStreamID(other)
	return a.compare(b)
}

// next is the least id above id.
func (id streamID) next() streamID {
	if id.seq == math.MaxUint64 {
		return streamID{ms: id.ms + 1}
	}
	return streamID{ms: id.ms, seq: id.seq + 1}
}

// String is the form that Redis reads.
func (id streamID) String() string {
	return strconv.FormatUint(id.ms, 10) + "-" + strconv.FormatUint(id.seq, 10)
}
