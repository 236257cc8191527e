package market

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// Country is a country of ISO 3166-1.
type Country struct {
	// Num is the ISO 3166-1 numeric code, which makes the global id stable.
	Num  int64
	Code string
	Name string

	subdivisions []*State
}

// ID is the country's global id.
func (c *Country) ID() string { return Ref{"Country", c.Num}.ID() }

// Subdivisions are the country's states or provinces by their codes; none where it has none.
func (c *Country) Subdivisions() []*State { return c.subdivisions }

// State is a subdivision of ISO 3166-2.
type State struct {
	// Num is stable for a code: it is computed from it.
	Num int64
	// Code is the full ISO 3166-2 code, such as "US-CA".
	Code string
	Name string
}

// StatesConnection is a page of states.
type (
	StatesConnection = Connection[State]
	StateEdge        = Edge[State]
)

// ID is the state's global id.
func (s *State) ID() string { return Ref{"State", s.Num}.ID() }

// CountryCode is the ISO 3166-1 alpha-2 code of the state's country.
func (s *State) CountryCode() string { return s.Code[:2] }

// ShortCode is the code within the country, such as "CA".
func (s *State) ShortCode() string { return s.Code[3:] }

// CountryByCode returns the country of an ISO 3166-1 alpha-2 code in capitals, or nil.
func CountryByCode(code string) *Country { return atlas().countries[code] }

// CountryByNum returns the country of an ISO 3166-1 numeric code, or nil.
func CountryByNum(num int64) *Country { return atlas().countriesByNum[num] }

// StateByCode returns the subdivision of an ISO 3166-2 code in capitals, or nil.
func StateByCode(code string) *State { return atlas().states[code] }

// StateByNum returns the subdivision with a number, or nil.
func StateByNum(num int64) *State { return atlas().statesByNum[num] }

// iso3166 is made by geo/generate.mjs, which says what it holds and where it is from.
//
//go:embed geo/iso3166.tsv
var iso3166 string

// places are the countries and their subdivisions, by code and by number.
type places struct {
	countries      map[string]*Country
	countriesByNum map[int64]*Country
	states         map[string]*State
	statesByNum    map[int64]*State
}

// atlas reads the embedded places once. A test holds every line to its form.
var atlas = sync.OnceValue(func() places {
	p := places{map[string]*Country{}, map[int64]*Country{}, map[string]*State{}, map[int64]*State{}}
	var country *Country
	for line := range strings.Lines(iso3166) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if columns[0] == "" {
			p.addState(country, columns[1], columns[2])
		} else {
			country = p.addCountry(columns[0], columns[1], columns[2])
		}
	}
	return p
})

func (p places) addCountry(code, numeric, name string) *Country {
	num, _ := strconv.ParseInt(numeric, 10, 64)
	c := &Country{Num: num, Code: code, Name: name}
	p.countries[code], p.countriesByNum[num] = c, c
	return c
}

func (p places) addState(country *Country, short, name string) {
	s := &State{Num: stateNum(country.Num, short), Code: country.Code + "-" + short, Name: name}
	p.states[s.Code], p.statesByNum[s.Num] = s, s
	country.subdivisions = append(country.subdivisions, s)
}

// stateNum numbers a subdivision by its code alone: the country's number, then
// the up to three letters and digits as digits of base 37, of which 0 is "none".
func stateNum(country int64, short string) int64 {
	num := country
	for i := range 3 {
		digit := 0
		if i < len(short) {
			digit = 1 + strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", short[i])
		}
		num = num*37 + int64(digit)
	}
	return num
}
