import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
  buildASTSchema,
} from 'graphql';

/** A part of the schema that is drawn by itself. */
export interface View {
  name: string;
  /** What it shows, in words. */
  about: string;
  schema: () => GraphQLSchema;
  /** The type that drawing begins at, and leaves out; undefined begins at Query. */
  start?: string;
}

/** The definitions of a schema's document by their names. */
type Definitions = Map<string, DefinitionNode>;

/**
 * The views of a schema: its entities and how they hang together, then what each resource of its scopes is about, then
 * all of it. They follow from the directives, so that a new type is in its place by itself.
 */
export function viewsOf(document: DocumentNode): View[] {
  const definitions: Definitions = new Map(document.definitions.flatMap((d) => ('name' in d && d.name ? [[d.name.value, d]] : [])));
  const view = (name: string, about: string, own: Set<string>, around: Set<string>): View => {
    return { name, about, schema: () => schemaOf(definitions, name, own, around), start: name };
  };
  const resources = [...new Set([...definitions.values()].flatMap((d) => resourceOf(d) ?? []))].sort();
  return [
    view('Overview', 'What has webhooks or a list of its own, and how it hangs together.', entities(definitions), new Set()),
    ...resources.map((resource) => {
      const own = typesOf(definitions, resource);
      const name = resource.charAt(0).toUpperCase() + resource.slice(1);
      return view(name, `What a key reads with the scope ${resource}:read, and what it leads to.`, own, neighbours(definitions, own));
    }),
    {
      name: 'Everything',
      about: 'All that queries lead to. Choose Mutation or Subscription below for what those lead to.',
      schema: () => buildASTSchema(document, { assumeValidSDL: true }),
    },
  ];
}

/** The types that webhooks can be about, and those that a root field lists. */
function entities(definitions: Definitions): Set<string> {
  const listed = targets(definitions, 'Query');
  const names = [...definitions].filter(([name, d]) => directive(d, 'webhook') || (resourceOf(d) && listed.includes(name)));
  return new Set(names.map(([name]) => name));
}

/** The types that need scopes of a resource, changes aside; a union with those that all of its members need. */
function typesOf(definitions: Definitions, resource: string): Set<string> {
  const needs = (name: string): boolean => {
    const d = definitions.get(name);
    return isUnion(d) ? (d.types ?? []).every((member) => needs(member.name.value)) : resourceOf(d) === resource;
  };
  const changes = targets(definitions, 'Subscription');
  return new Set([...definitions.keys()].filter((name) => needs(name) && !changes.includes(name)));
}

/** The types that some types lead to, and that have something to show without leading on. */
function neighbours(definitions: Definitions, own: Set<string>): Set<string> {
  const names = [...own].flatMap((name) => targets(definitions, name));
  const hasLeaf = (name: string) => fieldsOf(definitions, name).some((field) => isLeaf(definitions, field));
  return new Set(names.filter((name) => !own.has(name) && hasLeaf(name)));
}

/**
 * The schema of some types, with the root fields that lead to them and the types around them, from which no way leads
 * on. A union of what is to be drawn, which has the name of the view, gives the drawing its beginning.
 */
function schemaOf(definitions: Definitions, view: string, own: Set<string>, around: Set<string>): GraphQLSchema {
  const kept = (name: string) => (field: FieldDefinitionNode) => {
    if (isLeaf(definitions, field)) {
      return name !== 'Query';
    }
    const to = target(definitions, field);
    return own.has(name) ? own.has(to) || around.has(to) : name === 'Query' && own.has(to);
  };
  const part = [...definitions].flatMap(([name, d]): DefinitionNode[] => {
    const entry = isPage(name) ? entryOf(definitions, name) : name;
    if (!isComposite(d) || name === 'PageInfo') {
      return [d];
    }
    if (entry !== 'Query' && !own.has(entry) && !around.has(entry)) {
      return [];
    }
    return isObject(d) && !isPage(name) ? withFields(d, kept(name)) : [d];
  });
  const members = part.filter((d) => isObject(d)).map((d) => d.name.value);
  const drawn = members.filter((name) => own.has(name) || (name === 'Query' && around.size > 0));
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions: [...part, union(view, drawn)] }, { assumeValidSDL: true });
}

/** An object type with some of its fields, and none at all without fields. */
function withFields(d: ObjectTypeDefinitionNode, kept: (field: FieldDefinitionNode) => boolean): DefinitionNode[] {
  const fields = (d.fields ?? []).filter(kept);
  return fields.length > 0 ? [{ ...d, interfaces: [], fields }] : [];
}

function union(name: string, members: string[]): UnionTypeDefinitionNode {
  const named = (value: string) => ({ kind: Kind.NAME, value }) as const;
  const types = members.map((member) => ({ kind: Kind.NAMED_TYPE, name: named(member) }) as const);
  return { kind: Kind.UNION_TYPE_DEFINITION, name: named(name), types };
}

/** The types that the fields of a type lead to, through the pages of connections. */
function targets(definitions: Definitions, name: string): string[] {
  return fieldsOf(definitions, name).map((field) => target(definitions, field));
}

function target(definitions: Definitions, field: FieldDefinitionNode): string {
  const name = nameOf(field.type);
  return isPage(name) ? entryOf(definitions, name) : name;
}

/** The type of the entries of a connection or an edge. */
function entryOf(definitions: Definitions, name: string): string {
  const field = fieldsOf(definitions, name).find((f) => f.name.value === 'node' || f.name.value === 'nodes');
  return field ? nameOf(field.type) : name;
}

/** Connections and edges are told by their names, as Relay's specification has it. */
function isPage(name: string): boolean {
  return /(Connection|Edge)$/.test(name);
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function fieldsOf(definitions: Definitions, name: string): readonly FieldDefinitionNode[] {
  const d = definitions.get(name);
  return (isObject(d) && d.fields) || [];
}

function isObject(d?: DefinitionNode): d is ObjectTypeDefinitionNode {
  return d?.kind === Kind.OBJECT_TYPE_DEFINITION;
}

function isUnion(d?: DefinitionNode): d is UnionTypeDefinitionNode {
  return d?.kind === Kind.UNION_TYPE_DEFINITION;
}

function isComposite(d?: DefinitionNode): boolean {
  return isObject(d) || isUnion(d) || d?.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function isLeaf(definitions: Definitions, field: FieldDefinitionNode): boolean {
  return !isComposite(definitions.get(target(definitions, field)));
}

function directive(d: DefinitionNode | undefined, name: string): ConstDirectiveNode | undefined {
  return isObject(d) ? d.directives?.find((x) => x.name.value === name) : undefined;
}

/** The resource of the scope that a type needs; undefined where it needs none. */
function resourceOf(d?: DefinitionNode): string | undefined {
  const value = directive(d, 'scope')?.arguments?.find((argument) => argument.name.value === 'resource')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
