// Fields that rjsf has no drawing for: dropdowns filled by the service, lists, free JSON.
import type { FieldProps, RJSFSchema, UiSchema } from "@rjsf/utils";
import { useEffect, useMemo, useState } from "react";
import { useChoices } from "./choices";
import { Combobox, type Item } from "./combobox";
import { asText, contextOf, problemsAt } from "./context";
import type { Dynamic } from "./types";

export const optionsOf = (uiSchema: UiSchema | undefined): { choices?: Dynamic; schema?: Dynamic } =>
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
