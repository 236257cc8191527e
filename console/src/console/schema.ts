import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  buildSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { useQuery } from '@tanstack/react-query';
import { fetchSchema, storedKey } from '../session';
import { runDocument } from './api';

/** The schema as the key of this tab may see it. */
export function useSchema() {
  return useQuery<GraphQLSchema>({
    queryKey: ['schema'],
    queryFn: async () => buildSchema(await fetchSchema(storedKey()), { assumeValid: true }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The type of a class: `REFUND_REQUEST` is `RefundRequest`. */
export function typeNameOf(klass: string): string {
  return klass
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

/** Whether webhooks can be about a class of this name. */
export function isClass(schema: GraphQLSchema, klass: string): boolean {
  const classes = schema.getType('WebhookKlassEnum');
  return isEnumType(classes) && classes.getValue(klass) !== undefined;
}

/** The fields that name an entity to people, the best first. */
const naming = ['title', 'businessName', 'name', 'sku', 'label', 'legacyId', 'status', 'state'];

/** A document to begin with: what names an entity of the class, and its first plain fields. */
export function exampleFor(schema: GraphQLSchema, klass: string): string {
  const name = typeNameOf(klass);
  const fields = plainFields(schema.getType(name));
  const chosen = [...naming.filter((field) => fields.includes(field)), ...fields].filter((field) => field !== 'id');
  const lines = ['id', ...new Set(chosen)].slice(0, 5).map((field) => `      ${field}`);
  return `query ${name}Changed($id: ID!) {\n  node(id: $id) {\n    __typename\n    ... on ${name} {\n${lines.join('\n')}\n    }\n  }\n}\n`;
}

/** The leaves of a type that need no argument and are not on their way out. */
function plainFields(type: GraphQLNamedType | undefined): string[] {
  return fieldsOf(type)
    .filter((field) => isLeafType(getNamedType(field.type)) && !field.deprecationReason && !isList(field) && isPlain(field))
    .map((field) => field.name);
}

export interface Entity {
  id: string;
  name: string;
}

/** Some entities of a class that the key may see, by the first list of the schema that leads to them; empty where none does. */
export async function entitiesOf(schema: GraphQLSchema, klass: string): Promise<Entity[]> {
  const name = typeNameOf(klass);
  const fields = naming.filter((field) => plainFields(schema.getType(name)).includes(field)).slice(0, 1);
  const document = listOf(schema, name, ['id', ...fields].join(' '));
  if (!document) {
    return [];
  }
  const found: Entity[] = [];
  collect(await runDocument<unknown>(document), name, (node) => {
    const said = fields.map((field) => node[field]).filter((value) => value !== null && value !== '');
    found.push({ id: String(node.id), name: said.join(' · ') || String(node.id) });
  });
  return found.slice(0, 100);
}

/** A query over a list of Query whose entries are of the type, or have entries that are. */
function listOf(schema: GraphQLSchema, name: string, fields: string): string | undefined {
  const selection = `{ __typename ${fields} }`;
  const lists = fieldsOf(schema.getQueryType()).filter((field) => isConnection(getNamedType(field.type)));
  for (const list of lists) {
    if (nodeOf(list)?.name === name && callOf(list)) {
      return `{ ${callOf(list)} { nodes ${selection} } }`;
    }
  }
  for (const list of lists) {
    for (const field of fieldsOf(nodeOf(list))) {
      const inner = within(field, name, selection);
      if (inner && callOf(list)) {
        return `{ ${callOf(list)} { nodes { ${inner} } } }`;
      }
    }
  }
  return undefined;
}

/** The selection of a field that leads to entries of the type; undefined where it does not. */
function within(field: GraphQLField<unknown, unknown>, name: string, selection: string): string | undefined {
  const type = getNamedType(field.type);
  if (type.name === name && isPlain(field)) {
    return `${field.name} ${selection}`;
  }
  return isConnection(type) && nodeOf(field)?.name === name && isPlain(field) ? `${field.name}(first: 10) { nodes ${selection} }` : undefined;
}

/** A list with its first page; what has to be said since when begins at the beginning of time. */
function callOf(list: GraphQLField<unknown, unknown>): string | undefined {
  const required = list.args.filter(isRequiredArgument);
  if (required.some((argument) => getNamedType(argument.type).name !== 'ISO8601DateTime')) {
    return undefined;
  }
  return `${list.name}(first: 50${required.map((argument) => `, ${argument.name}: "1970-01-01T00:00:00Z"`).join('')})`;
}

function collect(value: unknown, typeName: string, take: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) {
    value.forEach((item) => collect(item, typeName, take));
  } else if (value && typeof value === 'object') {
    const node = value as Record<string, unknown>;
    if (node.__typename === typeName) {
      take(node);
    } else {
      Object.values(node).forEach((item) => collect(item, typeName, take));
    }
  }
}

function fieldsOf(type: GraphQLNamedType | null | undefined): GraphQLField<unknown, unknown>[] {
  return isObjectType(type) ? Object.values(type.getFields()) : [];
}

function isConnection(type: GraphQLNamedType): boolean {
  return type.name.endsWith('Connection');
}

function nodeOf(list: GraphQLField<unknown, unknown>): GraphQLObjectType | undefined {
  const nodes = fieldsOf(getNamedType(list.type)).find((field) => field.name === 'nodes');
  const node = nodes && getNamedType(nodes.type);
  return isObjectType(node) ? node : undefined;
}

function isPlain(field: GraphQLField<unknown, unknown>): boolean {
  return !field.args.some(isRequiredArgument);
}

function isList(field: GraphQLField<unknown, unknown>): boolean {
  return isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
}
