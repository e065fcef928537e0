// Which of our fields and widgets draws what: looks at each field's schema once, when a form arrives.
import type { RJSFSchema, UiSchema } from "@rjsf/utils";
import type { Pair } from "./types";

type Look = Record<string, unknown>;

export function dress({ schema, uiSchema }: Pair): Pair {
  const dressed: UiSchema = { ...uiSchema };
  for (const [name, field] of fieldsOf(schema)) {
    dressed[name] = { ...(uiSchema[name] as Look), ...look(field, (uiSchema[name] ?? {}) as Look) };
  }
  return { schema: withoutAlternatives(schema, dressed), uiSchema: dressed };
}

// A field that we draw ourselves takes all its alternatives in one box.
function withoutAlternatives(schema: RJSFSchema, uiSchema: UiSchema): RJSFSchema {
  const own = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const { anyOf: _, ...rest } = field as RJSFSchema;
    return [name, uiSchema[name]?.["ui:field"] ? rest : field];
  });
  return own.length ? { ...schema, properties: Object.fromEntries(own) } : schema;
}

// The form of a row: every column is optional, and emptied with a button of its own rather than by choosing null.
export function dressRow({ schema, uiSchema }: Pair): Pair {
  const properties = Object.fromEntries(
    fieldsOf(schema).map(([name, field]) => [name, withoutNull(field)]),
  ) as RJSFSchema["properties"];
  const dressed = dress({ schema: { ...schema, properties }, uiSchema });
  for (const [name, field] of fieldsOf(dressed.schema)) {
    if (field.type === "boolean") dressed.uiSchema[name] = { ...dressed.uiSchema[name], "ui:widget": "select" };
  }
  return dressed;
}

export function fieldsOf(schema: RJSFSchema): [string, RJSFSchema][] {
  const own = Object.entries(schema.properties ?? {}) as [string, RJSFSchema][];
  const branches = (schema.allOf ?? []) as RJSFSchema[];
  return [...own, ...branches.flatMap((branch) => fieldsOf((branch.then ?? {}) as RJSFSchema))];
}

function look(field: RJSFSchema, given: Look): Look {
  const options = (given["ui:options"] ?? {}) as Look;
  const items = (field.items ?? {}) as RJSFSchema;
  if (options.schema) return { "ui:field": "row" };
  if (field.type === "array" && (items.type === "string" || items.enum)) return { "ui:field": "list" };
  if (options.choices) return { "ui:field": "choice" };
  if (field.type === "array" && items.properties) return { items: dress({ schema: items, uiSchema: inner(given) }).uiSchema };
  return options.anyType || isFree(field) ? { "ui:field": "json" } : {};
}

function inner(given: Look): UiSchema {
  return (given.items ?? {}) as UiSchema;
}

// Values of several types, and those with a form of their own making, are typed as text.
function isFree(field: RJSFSchema): boolean {
  if (field.enum || "const" in field || field.properties) return false;
  return typeof field.type !== "string" || field.type === "array" || field.type === "object";
}

function withoutNull(field: RJSFSchema): RJSFSchema {
  const plain: RJSFSchema = { ...field };
  if (field.enum) plain.enum = field.enum.filter((value) => value !== null);
  if (Array.isArray(field.type)) {
    const types = field.type.filter((type) => type !== "null");
    plain.type = types.length === 1 ? types[0]! : types;
  }
  if (field.items) plain.items = withoutNull(field.items as RJSFSchema);
  return plain;
}
