// rjsf's form in our looks.
import Form from "@rjsf/core/lib/components/Form.js"; // the package as a whole would bring Ajv
import type { ElementType } from "react";
import type { Context } from "./context";
import { ChoiceField, JsonField, ListField } from "./fields";
import { RowField } from "./row-field";
import { templates } from "./templates";
import type { Data, Pair } from "./types";
import { validator } from "./validator";
import { widgets } from "./widgets";

const fields = { choice: ChoiceField, list: ListField, json: JsonField, row: RowField };

interface Props {
  pair: Pair;
  data: Data;
  context: Context;
  idPrefix: string;
  tagName?: ElementType;
  children?: React.ReactNode;
  onData: (data: Data) => void;
  onSubmit?: () => void;
}

export function SchemaForm({ pair, data, context, idPrefix, tagName, children, onData, onSubmit }: Props): React.ReactNode {
  return (
    <Form
      schema={pair.schema}
      uiSchema={pair.uiSchema}
      formData={data}
      formContext={context}
      idPrefix={idPrefix}
      idSeparator="."
      {...(tagName ? { tagName } : {})}
      validator={validator}
      fields={fields}
      widgets={widgets}
      templates={templates}
      noHtml5Validate
      noValidate
      showErrorList={false}
      experimental_defaultFormStateBehavior={{ emptyObjectFields: "populateRequiredDefaults" }}
      onChange={(event) => onData((event.formData ?? {}) as Data)}
      onSubmit={() => onSubmit?.()}
    >
      {children ?? <></>}
    </Form>
  );
}
