package shopify

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Parse reads a file, whose name is for the errors only. Columns are found by
// their names, old or new, in any order; those it does not know are ignored. A
// row that cannot be loaded makes one error with all its reasons, in the order
// of the lines, and all others are in the products. A first row whose product
// cannot be loaded takes the product's other rows with it.
func Parse(r io.Reader, file string) ([]Product, []RowError) {
	reader := csv.NewReader(withoutBOM(r))
	reader.FieldsPerRecord = -1
	a := &assembly{file: file, drafts: map[string]*draft{}}
	line, cells, err := next(reader, 1)
	if err == nil {
		a.columns, err = readHeader(cells)
	}
	if err != nil {
		return nil, []RowError{{File: file, Line: line, Reason: headerReason(err)}}
	}
	for {
		line, cells, err = next(reader, line)
		switch {
		case errors.Is(err, io.EOF):
			return a.finish()
		case err == nil:
			a.add(&row{columns: a.columns, cells: cells, line: line})
			continue
		}
		a.refuse(line, brokenReason(err))
		if !isSyntax(err) {
			return a.finish()
		}
	}
}

// next reads a row and says where it starts; at last, where that cannot be told.
func next(reader *csv.Reader, last int) (line int, cells []string, err error) {
	cells, err = reader.Read()
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax):
		return syntax.StartLine, nil, err
	case err != nil:
		return last, nil, err
	}
	line, _ = reader.FieldPos(0)
	return line, cells, nil
}

// withoutBOM skips the mark that some programs put before UTF-8.
func withoutBOM(r io.Reader) io.Reader {
	buffered := bufio.NewReader(r)
	// An error of Peek comes again with the first Read.
	if start, _ := buffered.Peek(3); bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3) // they are in the buffer
	}
	return buffered
}

// isSyntax reports whether err is about one row, after which reading can go on.
func isSyntax(err error) bool {
	var syntax *csv.ParseError
	return errors.As(err, &syntax)
}

// headerReason says why there is no header.
func headerReason(err error) string {
	if errors.Is(err, io.EOF) {
		return "the file is empty: a product CSV begins with a row of column names"
	}
	if isSyntax(err) {
		return brokenReason(err)
	}
	return err.Error()
}

// brokenReason says what is wrong with a row that cannot be taken apart.
func brokenReason(err error) string {
	switch {
	case errors.Is(err, csv.ErrQuote):
		return `a cell that begins with a quote must end with one, and "" stands for a quote within it`
	case errors.Is(err, csv.ErrBareQuote):
		return `a cell with a quote in it must stand in quotes, with "" for each quote within it`
	}
	return fmt.Sprintf("the file cannot be read further: %v", err)
}

// finish returns what was read.
func (a *assembly) finish() ([]Product, []RowError) {
	var products []Product
	for _, d := range a.order {
		if len(d.Variants) == 0 {
			a.dropImages(d)
			continue
		}
		slices.SortStableFunc(d.Images, func(x, y Image) int { return cmp.Compare(x.Position, y.Position) })
		products = append(products, d.Product)
	}
	slices.SortStableFunc(a.errors, func(x, y RowError) int { return cmp.Compare(x.Line, y.Line) })
	return products, a.errors
}
