// Fields that rjsf has no drawing for: dropdowns filled by the service, lists, free JSON, the form of a row.
import type { FieldProps, RJSFSchema, UiSchema } from "@rjsf/utils";
import { useEffect, useMemo, useState } from "react";
import * as api from "./api";
import { useChoices } from "./choices";
import { Combobox, type Item } from "./combobox";
import { asText, contextOf, paramsOf, problemsAt } from "./context";
import { dressRow, fieldsOf } from "./dress";
import { SchemaForm } from "./schema-form";
import type { Data, Dynamic, Pair } from "./types";

const optionsOf = (uiSchema: UiSchema | undefined): { choices?: Dynamic; schema?: Dynamic } =>
  (uiSchema?.["ui:options"] ?? {}) as { choices?: Dynamic; schema?: Dynamic };

const placeholderOf = (uiSchema: UiSchema | undefined): string | undefined => uiSchema?.["ui:placeholder"] as string | undefined;

export function ChoiceField(props: FieldProps): React.ReactNode {
  const { fieldPathId, formData, registry, uiSchema } = props;
  const context = contextOf(registry);
  const offered = useChoices(optionsOf(uiSchema).choices, context, fieldPathId.path);
  const set = (value: string): void => props.onChange(value === "" ? undefined : value, fieldPathId.path);
  return (
    <Combobox
      id={fieldPathId.$id}
      value={asText(formData)}
      placeholder={placeholderOf(uiSchema)}
      described={`${fieldPathId.$id}-about`}
      isInvalid={problemsAt(context, fieldPathId.path).length > 0}
      onValue={set}
      {...forBox(offered)}
    />
  );
}

const forBox = (offered: ReturnType<typeof useChoices>) => ({
  items: offered.items,
  note: offered.note || undefined,
  isFiltered: offered.isFiltered,
  onOpen: offered.open,
  onSearch: offered.search,
});

export function ListField(props: FieldProps): React.ReactNode {
  const { fieldPathId, registry, schema, uiSchema } = props;
  const context = contextOf(registry);
  const offered = useChoices(optionsOf(uiSchema).choices, context, fieldPathId.path);
  const fixed = useMemo(() => fixedItems(schema), [schema]);
  const [text, setText] = useState("");
  const values = listed(props.formData);
  const left = (fixed ?? offered.items).filter((item) => !values.includes(item.value));
  const set = (next: string[]): void => props.onChange(next.length ? next : undefined, fieldPathId.path);
  const add = (value: string): void => {
    setText("");
    const news = left.some((item) => item.value === value) ? [value] : value.split(",").map((part) => part.trim());
    set([...new Set([...values, ...news.filter(Boolean)])]);
  };
  const pressed = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    const isFree = event.key === "Enter" && text.trim() && !event.currentTarget.getAttribute("aria-activedescendant");
    if (isFree && !fixed) event.preventDefault(), add(text);
    if (event.key === "Backspace" && !text) set(values.slice(0, -1));
  };
  const label = (value: string): string => (fixed ?? offered.items).find((item) => item.value === value)?.label ?? value;
  return (
    <div className="list" onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && !fixed && text && add(text)}>
      {values.length > 0 && (
        <ul className="chips" aria-label="Chosen">
          {values.map((value) => (
            <li key={value}>
              {label(value)}
              <button type="button" aria-label={`Remove ${label(value)}`} onClick={() => set(values.filter((one) => one !== value))}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <Combobox
        id={fieldPathId.$id}
        value={text}
        placeholder={values.length ? "Add another" : placeholderOf(uiSchema)}
        described={`${fieldPathId.$id}-about`}
        isInvalid={problemsAt(context, fieldPathId.path).length > 0}
        onValue={add}
        onText={setText}
        onKeyDown={pressed}
        {...forBox(offered)}
        items={left}
        isPlain={!fixed && !optionsOf(uiSchema).choices}
        note={fixed ? undefined : offered.note || (optionsOf(uiSchema).choices ? undefined : "Type, then press Enter.")}
      />
    </div>
  );
}

function fixedItems(schema: RJSFSchema): Item[] | undefined {
  const values = (schema.items as RJSFSchema | undefined)?.enum;
  return values?.map((value) => ({ value: asText(value), label: asText(value) }));
}

function listed(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(asText);
  return asText(value).split(",").map((part) => part.trim()).filter(Boolean);
}

// What is not one line of text: an object, a list of rows. It stays text; the executor reads it.
export function JsonField(props: FieldProps): React.ReactNode {
  const { fieldPathId, formData, registry, uiSchema } = props;
  const context = contextOf(registry);
  const [text, setText] = useState(() => pretty(formData));
  useEffect(() => {
    if (formData !== parsed(text) && JSON.stringify(formData) !== JSON.stringify(parsed(text))) setText(pretty(formData));
  }, [formData]);
  const set = (next: string): void => {
    setText(next);
    props.onChange(parsed(next), fieldPathId.path);
  };
  return (
    <textarea
      id={fieldPathId.$id}
      value={text}
      placeholder={placeholderOf(uiSchema)}
      rows={Math.min(Math.max(text.split("\n").length, props.schema.type === "string" ? 1 : 2), 16)}
      spellCheck={false}
      aria-describedby={`${fieldPathId.$id}-about`}
      aria-invalid={problemsAt(context, fieldPathId.path).length > 0 || undefined}
      onChange={(event) => set(event.target.value)}
    />
  );
}

const pretty = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);

// Objects and lists as such, so that snippets show them well; all else as the text it is.
function parsed(text: string): unknown {
  if (!text.trim()) return undefined;
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function RowField(props: FieldProps): React.ReactNode {
  const { fieldPathId, registry, uiSchema } = props;
  const context = contextOf(registry);
  const dynamic = optionsOf(uiSchema).schema!;
  const params = paramsOf(dynamic, context.values, fieldPathId.path);
  const { pair, note } = useRowForm(context.connection, dynamic, params);
  const [isText, setText] = useState(false);
  if (!pair || isText) {
    return (
      <div className="row-form">
        {!pair && <p className="hint">{note}</p>}
        <JsonField {...props} />
        {pair && <Switch text="Fill in as a form" onClick={() => setText(false)} />}
      </div>
    );
  }
  return (
    <div className="row-form">
      <Columns {...props} pair={pair} />
      <Switch text="Write as JSON" onClick={() => setText(true)} />
    </div>
  );
}

const Switch = ({ text, onClick }: { text: string; onClick: () => void }): React.ReactNode => (
  <button type="button" className="link" onClick={onClick}>
    {text}
  </button>
);

function useRowForm(connection: string, dynamic: Dynamic, params: Data): { pair: Pair | undefined; note: string } {
  const [found, setFound] = useState<{ pair: Pair | undefined; note: string }>({ pair: undefined, note: "" });
  const key = JSON.stringify([connection, dynamic.source, params]);
  useEffect(() => {
    let isWanted = true;
    const show = (pair: Pair | undefined, note: string): void => void (isWanted && setFound({ pair, note }));
    const missing = Object.keys(dynamic.params).length > 0 && Object.keys(params).length === 0;
    if (!connection) show(undefined, "With a tested connection, this is a form of the columns. Or write JSON.");
    else if (missing) show(undefined, `Choose ${Object.values(dynamic.params)[0]!.replace("_", " ")} first, or write JSON.`);
    else {
      const ask = (): void =>
        void api.schema(connection, dynamic.source, params).then(
          (pair) => show(dressRow(pair), ""),
          (error: unknown) => show(undefined, error instanceof Error ? error.message : String(error)),
        );
      const timer = setTimeout(ask, 200); // a table's name may be half typed
      return () => void ((isWanted = false), clearTimeout(timer));
    }
    return () => void (isWanted = false);
  }, [key]);
  return found;
}

// The columns that are filled in, with those that business requires, and a way to add any other.
function Columns(props: FieldProps & { pair: Pair }): React.ReactNode {
  const { fieldPathId, formData, pair, registry } = props;
  const context = contextOf(registry);
  const required = ((pair.uiSchema["ui:options"] as Data | undefined)?.requiredByBusiness ?? []) as string[];
  const demanded = (pair.schema.required ?? []) as string[];
  const [added, setAdded] = useState<string[]>([]);
  const row = (formData && typeof formData === "object" ? formData : {}) as Data;
  const all = fieldsOf(pair.schema);
  const first = required.length || demanded.length ? [...required, ...demanded] : all.length <= 8 ? all.map(([name]) => name) : [];
  const shown = new Set([...first, ...Object.keys(row), ...added]);
  const order = [...all.map(([name]) => name).filter((name) => first.includes(name)), ...[...shown].filter((name) => !first.includes(name))];
  const part: Pair = {
    schema: { ...pair.schema, title: "", description: "", properties: Object.fromEntries(order.map((name) => [name, fieldOf(pair, name)])) },
    uiSchema: { ...pair.uiSchema, "ui:order": order, ...withoutGroups(pair.uiSchema, order) },
  };
  const set = (next: Data): void => {
    const filled = Object.entries(next).filter(([, value]) => value !== undefined);
    props.onChange(filled.length ? Object.fromEntries(filled) : undefined, fieldPathId.path);
  };
  const without = (name: string): Data => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));
  const remove = (name: string): void => {
    setAdded(added.filter((one) => one !== name));
    set(without(name));
  };
  const rest = all.filter(([name]) => !shown.has(name)).map(([name, field]) => ({ value: name, label: labelOf(name, field), group: groupOf(pair, name) }));
  const emptied = Object.keys(row).filter((name) => row[name] === null);
  return (
    <>
      <SchemaForm
        pair={part}
        tagName="div"
        idPrefix={fieldPathId.$id}
        data={Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))}
        onData={(next) => set({ ...Object.fromEntries(emptied.map((name) => [name, null])), ...next })}
        context={{
          ...context,
          row: {
            path: fieldPathId.path.map(String),
            emptied,
            fixed: first,
            remove,
            empty: (name, isEmptied) => set(isEmptied ? { ...row, [name]: null } : (setAdded([...added, name]), without(name))),
          },
        }}
      />
      {rest.length > 0 && (
        <div className="field add">
          <label htmlFor={`${fieldPathId.$id}-add`}>Add a column</label>
          <Combobox
            key={rest.length}
            id={`${fieldPathId.$id}-add`}
            value=""
            items={rest}
            isStrict
            placeholder={`${rest.length} more columns`}
            onValue={(name) => setAdded([...added, name])}
          />
        </div>
      )}
    </>
  );
}

const labelOf = (name: string, field: RJSFSchema): string => (field.title && field.title !== name ? `${field.title} (${name})` : name);

const groupOf = (pair: Pair, name: string): string => String((pair.uiSchema[name]?.["ui:options"] as Data | undefined)?.group ?? "");

const fieldOf = (pair: Pair, name: string): RJSFSchema =>
  (pair.schema.properties?.[name] as RJSFSchema | undefined) ?? { title: name, type: "string" };

function withoutGroups(uiSchema: UiSchema, names: string[]): UiSchema {
  return Object.fromEntries(
    names.map((name) => [name, { ...uiSchema[name], "ui:options": { ...(uiSchema[name]?.["ui:options"] as Data), group: "" } }]),
  );
}

export const fields = { choice: ChoiceField, list: ListField, json: JsonField, row: RowField };
