// How fields stand on the page: label, box, help, what is wrong; groups under headings, the advanced ones folded.
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps, FieldTemplateProps, ObjectFieldTemplateProps } from "@rjsf/utils";
import { contextOf, problemsAt } from "./context";
import type { Data, Problem } from "./types";
import { InputBox } from "./widgets";

const FOLDED = new Set(["Advanced", "Options"]);

function FieldTemplate(props: FieldTemplateProps): React.ReactNode {
  const { id, label, children, schema, uiSchema, registry, fieldPathId, required } = props;
  const context = contextOf(registry);
  const isWhole = fieldPathId.path.length === 0;
  const isContainer = !uiSchema?.["ui:field"] && (schema.type === "object" || schema.type === "array");
  if (isWhole || (isContainer && schema.type === "object")) return children;
  const all = problemsAt(context, fieldPathId.path);
  const here = [...(context.row?.path ?? []), ...fieldPathId.path].join(".");
  const problems = isContainer ? all.filter((problem) => problem.path === here) : all; // what is inside tells its own
  const name = String(fieldPathId.path.at(-1));
  const isEmptied = context.row?.emptied.includes(name);
  const isTick = schema.type === "boolean" && uiSchema?.["ui:widget"] !== "select";
  return (
    <div className={`field${isTick ? " tick" : ""}${problems.length ? " wrong" : ""}`}>
      <div className="head">
        {isContainer ? (
          <span className="label">{label}</span>
        ) : (
          <label htmlFor={id}>
            {label}
            {required && <span className="needed"> required</span>}
            {context.row && label !== name && <code>{name}</code>}
          </label>
        )}
        {context.row && !isEmptied && <ColumnButtons name={name} label={label} context={context.row} />}
      </div>
      {isEmptied ? <Emptied onUndo={() => context.row?.empty(name, false)} /> : children}
      <div className="about" id={`${id}-about`}>
        {problems.map((problem, index) => (
          <p key={index} className="problem">
            {capital(inside(problem, here))}
          </p>
        ))}
        <Help schema={schema} options={(uiSchema?.["ui:options"] ?? {}) as Data} />
      </div>
    </div>
  );
}

function Help({ schema, options }: { schema: { description?: string; default?: unknown }; options: Data }): React.ReactNode {
  const link = options.helpLink as string | undefined;
  if (!schema.description && !options.hint && !link) return null;
  return (
    <p>
      {schema.description}
      {!schema.description && options.hint ? `${capital(String(options.hint))}.` : ""}
      {link && (
        <>
          {" "}
          <a href={link} target="_blank" rel="noreferrer">
            Read more<span className="unseen"> about this, in a new tab</span>
          </a>
        </>
      )}
    </p>
  );
}

const Emptied = ({ onUndo }: { onUndo: () => void }): React.ReactNode => (
  <p className="emptied">
    Will be emptied.{" "}
    <button type="button" className="link" onClick={onUndo}>
      Undo
    </button>
  </p>
);

// Columns that business requires stay where they are; the others can be taken out again.
function ColumnButtons({ name, label, context }: { name: string; label: string; context: NonNullable<ReturnType<typeof contextOf>["row"]> }): React.ReactNode {
  return (
    <span className="column-buttons">
      <button type="button" className="link" aria-label={`Empty ${label}`} onClick={() => context.empty(name, true)}>
        Empty
      </button>
      {!context.fixed.includes(name) && (
        <button type="button" className="link" aria-label={`Leave out ${label}`} onClick={() => context.remove(name)}>
          Leave out
        </button>
      )}
    </span>
  );
}

// A problem deeper inside a field names its place there.
function inside(problem: Problem, here: string): string {
  const rest = problem.path.slice(here.length + 1);
  return rest ? `${rest} ${problem.message}` : problem.message;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// Groups in the order of their first fields.
function ObjectFieldTemplate({ properties, uiSchema, fieldPathId, registry }: ObjectFieldTemplateProps): React.ReactNode {
  const groups = new Map<string, React.ReactNode[]>();
  const wrong = new Set<string>();
  for (const { name, content, hidden } of properties) {
    const group = String((uiSchema?.[name]?.["ui:options"] as Data | undefined)?.group ?? "");
    if (problemsAt(contextOf(registry), [name]).length) wrong.add(group);
    if (!hidden) groups.set(group, [...(groups.get(group) ?? []), content]);
  }
  if (fieldPathId.path.length > 0 || (groups.size < 2 && !FOLDED.has([...groups.keys()][0] ?? ""))) return <div className="fields">{[...groups.values()].flat()}</div>;
  return [...groups].map(([group, contents]) => <Group key={group} name={group} isWrong={wrong.has(group)} contents={contents} />);
}

function Group({ name, contents, isWrong }: { name: string; contents: React.ReactNode[]; isWrong: boolean }): React.ReactNode {
  if (!FOLDED.has(name)) {
    return (
      <fieldset>
        <legend>{name}</legend>
        <div className="fields">{contents}</div>
      </fieldset>
    );
  }
  return (
    <details className="group" open={isWrong || undefined}>
      <summary>{name}</summary>
      <div className="fields">{contents}</div>
    </details>
  );
}

function ArrayFieldTemplate({ items, canAdd, onAddClick, title }: ArrayFieldTemplateProps): React.ReactNode {
  return (
    <div className="items">
      {items}
      {canAdd && (
        <button type="button" onClick={onAddClick}>
          Add to {title}
        </button>
      )}
    </div>
  );
}

function ArrayFieldItemTemplate({ children, buttonsProps, index, title }: ArrayFieldItemTemplateProps & { title?: string }): React.ReactNode {
  const label = `${title ?? "Item"} ${index + 1}`;
  return (
    <div className="item" role="group" aria-label={label}>
      {children}
      {buttonsProps.hasRemove && (
        <button type="button" className="link" aria-label={`Remove ${label}`} onClick={buttonsProps.onRemoveItem}>
          Remove
        </button>
      )}
    </div>
  );
}

export const templates = { FieldTemplate, ObjectFieldTemplate, ArrayFieldTemplate, ArrayFieldItemTemplate, BaseInputTemplate: InputBox };
