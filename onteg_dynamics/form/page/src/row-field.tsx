// The form of a row: the columns of its table, as the service describes them.
import type { FieldProps, RJSFSchema, UiSchema } from "@rjsf/utils";
import { useEffect, useState } from "react";
import * as api from "./api";
import { Combobox, type Item } from "./combobox";
import { contextOf, type RowContext, paramsOf } from "./context";
import { dressRow, fieldsOf } from "./dress";
import { JsonField, optionsOf } from "./fields";
import { SchemaForm } from "./schema-form";
import type { Data, Dynamic, Pair } from "./types";

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

// The columns that are filled in, with those that are required, and a way to add any other.
function Columns(props: FieldProps & { pair: Pair }): React.ReactNode {
  const { fieldPathId, formData, pair, registry } = props;
  const [added, setAdded] = useState<string[]>([]);
  const row = (formData && typeof formData === "object" ? formData : {}) as Data;
  const plan = planOf(pair, [...Object.keys(row), ...added]);
  const emptied = Object.keys(row).filter((name) => row[name] === null);
  const set = (next: Data): void => {
    const filled = kept(next, (value) => value !== undefined);
    props.onChange(Object.keys(filled).length ? filled : undefined, fieldPathId.path);
  };
  const context: RowContext = {
    path: fieldPathId.path.map(String),
    emptied,
    fixed: plan.fixed,
    remove: (name) => (setAdded(added.filter((one) => one !== name)), set({ ...row, [name]: undefined })),
    empty: (name, isEmptied) => (setAdded([...added, name]), set({ ...row, [name]: isEmptied ? null : undefined })),
  };
  return (
    <>
      <SchemaForm
        pair={plan.form}
        tagName="div"
        idPrefix={fieldPathId.$id}
        data={kept(row, (value) => value !== null)}
        onData={(next) => set({ ...Object.fromEntries(emptied.map((name) => [name, null])), ...next })}
        context={{ ...contextOf(registry), row: context }}
      />
      {plan.rest.length > 0 && (
        <AddColumn key={plan.rest.length} id={`${fieldPathId.$id}-add`} items={plan.rest} onAdd={(name) => setAdded([...added, name])} />
      )}
    </>
  );
}

const kept = (row: Data, fits: (value: unknown) => boolean): Data =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => fits(value)));

function AddColumn({ id, items, onAdd }: { id: string; items: Item[]; onAdd: (name: string) => void }): React.ReactNode {
  return (
    <div className="field add">
      <label htmlFor={id}>Add a column</label>
      <Combobox id={id} value="" items={items} isStrict placeholder={`${items.length} more columns`} onValue={onAdd} />
    </div>
  );
}

interface Plan {
  fixed: string[]; // always there
  form: Pair; // of the columns that are shown
  rest: Item[]; // those that may be added
}

const FEW = 8; // fields that are all shown where none is required

function planOf({ schema, uiSchema }: Pair, wanted: string[]): Plan {
  const all = fieldsOf(schema);
  const business = ((uiSchema["ui:options"] as Data | undefined)?.requiredByBusiness ?? []) as string[];
  const demanded = [...business, ...(schema.required ?? [])];
  const isFixed = (name: string): boolean => (demanded.length ? demanded.includes(name) : all.length <= FEW);
  const fixed = all.map(([name]) => name).filter(isFixed);
  const order = [...new Set([...fixed, ...wanted])];
  const known = Object.fromEntries(all);
  const properties = Object.fromEntries(order.map((name) => [name, known[name] ?? { title: name, type: "string" as const }]));
  const rest = all.filter(([name]) => !order.includes(name));
  return {
    fixed,
    form: {
      schema: { ...schema, title: "", description: "", properties },
      uiSchema: { ...uiSchema, "ui:order": order, ...withoutGroups(uiSchema, order) },
    },
    rest: rest.map(([name, field]) => ({ value: name, label: labelOf(name, field), group: groupOf(uiSchema, name) })),
  };
}

const labelOf = (name: string, field: RJSFSchema): string => (field.title && field.title !== name ? `${field.title} (${name})` : name);

const groupOf = (uiSchema: UiSchema, name: string): string => String((uiSchema[name]?.["ui:options"] as Data | undefined)?.group ?? "");

function withoutGroups(uiSchema: UiSchema, names: string[]): UiSchema {
  return Object.fromEntries(
    names.map((name) => [name, { ...uiSchema[name], "ui:options": { ...(uiSchema[name]?.["ui:options"] as Data), group: "" } }]),
  );
}
