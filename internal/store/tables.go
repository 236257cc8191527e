package store

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"crier/internal/market"
)

// tables are the tables of every registered kind.
type tables struct {
	byKind map[string]*table
	byType map[reflect.Type]*table
}

// table is how one kind is stored. Its statements never change, so that they
// are prepared once.
type table struct {
	kind market.Kind
	// name is the quoted table.
	name string
	// fields are the columns in the order of the struct, the number among them.
	fields []*schema.Field
	// columns are the fields' quoted names, separated by commas, and selected is
	// what reads them.
	columns, selected string
	byName            map[string]*schema.Field
	// sealed says that rows hold secrets.
	sealed bool

	insert, insertGiven, update, remove string
}

// newTables reads the kinds' structs by bun's naming.
func newTables(d dialect, db *bun.DB) (*tables, error) {
	all := &tables{byKind: map[string]*table{}, byType: map[reflect.Type]*table{}}
	for _, kind := range market.Kinds() {
		typ := reflect.TypeOf(kind.New()).Elem()
		t := newTable(d, kind, db.Table(typ))
		if len(t.fields) == 0 || !t.fields[0].IsPK {
			return nil, fmt.Errorf("the kind %s does not begin with its number", kind.Name)
		}
		t.prepare(d)
		all.byKind[kind.Name], all.byType[typ] = t, t
	}
	return all, nil
}

func newTable(d dialect, kind market.Kind, model *schema.Table) *table {
	t := &table{kind: kind, name: string(model.SQLName), fields: model.Fields, byName: map[string]*schema.Field{}}
	names, reads := make([]string, len(t.fields)), make([]string, len(t.fields))
	for i, f := range t.fields {
		names[i], reads[i], t.byName[f.Name] = string(f.SQLName), string(f.SQLName), f
		if f.IndirectType == momentType {
			reads[i] = d.readMoment(names[i])
		}
	}
	t.columns, t.selected = strings.Join(names, ", "), strings.Join(reads, ", ")
	_, t.sealed = kind.New().(market.Sealer)
	return t
}

// prepare writes the statements that change single rows.
func (t *table) prepare(d dialect) {
	values, changes := make([]string, len(t.fields)), make([]string, len(t.fields))
	for i, f := range t.fields {
		values[i] = d.placeholder(i + 1)
		changes[i] = string(f.SQLName) + " = " + d.placeholder(i)
	}
	last := len(t.fields)
	_, data, _ := strings.Cut(t.columns, ", ")
	t.insert = "INSERT INTO " + t.name + " (" + data + ") VALUES (" + strings.Join(values[:last-1], ", ") + `) RETURNING "id"`
	t.insertGiven = "INSERT INTO " + t.name + " (" + t.columns + ") VALUES (" + strings.Join(values, ", ") + ")"
	t.update = "UPDATE " + t.name + " SET " + strings.Join(changes[1:], ", ") + ` WHERE "id" = ` + d.placeholder(last)
	t.remove = "DELETE FROM " + t.name + ` WHERE "id" = ` + d.placeholder(1)
}

// kind returns the table of a kind's name.
func (ts *tables) kind(name string) (*table, error) {
	t, ok := ts.byKind[name]
	if !ok {
		return nil, &KindError{name}
	}
	return t, nil
}

// list returns the table of a *[]*T, and the slice.
func (ts *tables) list(dest any) (*table, reflect.Value, error) {
	v := reflect.ValueOf(dest)
	if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Slice && v.Type().Elem().Elem().Kind() == reflect.Pointer {
		if t, ok := ts.byType[v.Type().Elem().Elem().Elem()]; ok {
			return t, v.Elem(), nil
		}
	}
	return nil, reflect.Value{}, &KindError{fmt.Sprintf("%T", dest)}
}

// entity returns the table of an entity, and its struct.
func (ts *tables) entity(e market.Entity) (*table, reflect.Value, error) {
	v := reflect.ValueOf(e).Elem()
	t, ok := ts.byType[v.Type()]
	if !ok {
		return nil, reflect.Value{}, &KindError{fmt.Sprintf("%T", e)}
	}
	return t, v, nil
}

// column returns the field of a column.
func (t *table) column(name string) (*schema.Field, error) {
	f, ok := t.byName[name]
	if !ok {
		return nil, &ColumnError{t.kind.Name, name}
	}
	return f, nil
}

// values returns what a row binds: its data, with the number first or, with
// numberLast, last.
func (t *table) values(row reflect.Value, numberLast bool) ([]any, error) {
	all := make([]any, 0, len(t.fields)+1)
	for _, f := range t.fields {
		v, err := bindable(f.Name, f.Value(row).Interface())
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if numberLast {
		all = append(all[1:], all[0])
	}
	return all, nil
}
