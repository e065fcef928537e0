// The boxes: text, secrets, choices, ticks.
import type { BaseInputTemplateProps, WidgetProps } from "@rjsf/utils";
import { useState } from "react";
import { asText, contextOf, problemsBelow } from "./context";

interface Marks {
  id: string;
  "aria-describedby": string;
  "aria-invalid": boolean | undefined;
}

function marks({ id, registry }: WidgetProps | BaseInputTemplateProps): Marks {
  const isWrong = problemsBelow(contextOf(registry), id.split(".").slice(1)).length > 0;
  return { id, "aria-describedby": `${id}-about`, "aria-invalid": isWrong || undefined };
}

const TYPES: Record<string, string> = { email: "email", date: "date", "date-time": "datetime-local", uri: "url" };

export function InputBox(props: BaseInputTemplateProps): React.ReactNode {
  const { schema, value, placeholder, options } = props;
  const isNumber = schema.type === "number" || schema.type === "integer";
  const change = (text: string): void => props.onChange(text === "" ? options.emptyValue : text);
  return (
    <input
      {...marks(props)}
      type={props.type ?? TYPES[schema.format ?? ""] ?? "text"}
      inputMode={isNumber ? "decimal" : undefined}
      value={asText(value)}
      placeholder={placeholder}
      readOnly={props.readonly || "const" in schema}
      disabled={props.disabled}
      required={props.required}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => (props.onChangeOverride ? props.onChangeOverride(event) : change(event.target.value))}
    />
  );
}

const TextWidget = (props: WidgetProps): React.ReactNode => <InputBox {...(props as BaseInputTemplateProps)} />;

// A secret: shown as dots, with a button to look at it; one that the server keeps is not here at all.
function SecretWidget(props: WidgetProps): React.ReactNode {
  const { id, name, value, placeholder, registry, options, label } = props;
  const [isShown, setShown] = useState(false);
  const { kept, forget } = contextOf(registry);
  const isKept = kept?.includes(name) && !value;
  const box = {
    ...marks(props),
    value: asText(value),
    placeholder: isKept ? "Kept; type to replace it" : placeholder,
    required: props.required && !isKept,
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => props.onChange(event.target.value || options.emptyValue),
  };
  return (
    <div className="secret">
      {props.multiline ? (
        <textarea {...box} rows={3} className={isShown ? "" : "masked"} />
      ) : (
        <input {...box} type={isShown ? "text" : "password"} />
      )}
      {isKept ? (
        <button type="button" onClick={() => forget?.(name)}>
          Forget
        </button>
      ) : (
        <button type="button" aria-pressed={isShown} aria-controls={id} aria-label={`Show ${label}`} onClick={() => setShown(!isShown)}>
          {isShown ? "Hide" : "Show"}
        </button>
      )}
    </div>
  );
}

function TextareaWidget(props: WidgetProps): React.ReactNode {
  if (props.schema.format === "password") return <SecretWidget {...props} multiline />;
  return (
    <textarea
      {...marks(props)}
      value={asText(props.value)}
      placeholder={props.placeholder}
      rows={3}
      onChange={(event) => props.onChange(event.target.value || props.options.emptyValue)}
    />
  );
}

function SelectWidget(props: WidgetProps): React.ReactNode {
  const { options, value, schema, required } = props;
  const all = options.enumOptions ?? [];
  const index = all.findIndex((option) => option.value === value);
  const unset = schema.default === undefined ? "" : `${asText(schema.default)} (default)`;
  return (
    <select
      {...marks(props)}
      value={index < 0 ? "" : index}
      required={required}
      onChange={(event) => props.onChange(event.target.value === "" ? options.emptyValue : all[Number(event.target.value)]?.value)}
    >
      {(!required || index < 0) && <option value="">{unset}</option>}
      {all.map((option, place) => (
        <option key={place} value={place}>
          {schema.type === "boolean" ? (option.value ? "Yes" : "No") : option.label}
        </option>
      ))}
    </select>
  );
}

function CheckboxWidget(props: WidgetProps): React.ReactNode {
  const usual = Boolean(props.schema.default);
  return (
    <input
      {...marks(props)}
      type="checkbox"
      checked={(props.value ?? usual) === true}
      onChange={(event) => props.onChange(event.target.checked === usual ? undefined : event.target.checked)}
    />
  );
}

export const widgets = { TextWidget, PasswordWidget: SecretWidget, TextareaWidget, SelectWidget, CheckboxWidget };
