// A text box with a list to choose from, by downshift. Typed text is taken too: what is not in the list may be right.
import { useCombobox } from "downshift";
import { Fragment, useEffect, useState } from "react";
import { asText } from "./context";

export interface Item {
  value: string;
  label: string;
  group?: string;
  about?: string;
}

interface Props {
  id: string;
  items: Item[];
  value: string;
  placeholder?: string | undefined;
  note?: string | undefined; // what is said in place of an empty list
  described?: string | undefined;
  isInvalid?: boolean | undefined;
  isStrict?: boolean; // only what is in the list
  isFiltered?: boolean; // the list has been searched already
  isPlain?: boolean; // there is no list
  label?: string | undefined;
  onSearch?: (text: string) => void;
  onOpen?: () => void;
  onValue: (value: string) => void; // of an item, or as typed
  onText?: (text: string) => void; // as typed, where that is another matter
  onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void;
}

const MOST_SHOWN = 200;

export function Combobox(props: Props): React.ReactNode {
  const { items, value } = props;
  const chosen = items.find((item) => item.value === value);
  const [known, setKnown] = useState<Item | undefined>(chosen);
  const label = chosen?.label ?? (known?.value === value ? known.label : value);
  const [typed, setTyped] = useState<string>(); // while the person types; undefined when he does not
  useEffect(() => void (chosen && setKnown(chosen)), [chosen]);
  const shown = matching(items, props.isFiltered ? "" : (typed ?? "")).slice(0, MOST_SHOWN);
  const box = useCombobox<Item>({
    id: props.id,
    items: shown,
    inputValue: typed ?? label,
    selectedItem: chosen ?? null,
    itemToString: (item) => item?.label ?? "",
    stateReducer: (_, { type, changes }) => (type === useCombobox.stateChangeTypes.InputBlur ? { ...changes, selectedItem: null } : changes),
    onIsOpenChange: ({ isOpen }) => isOpen && props.onOpen?.(),
    onStateChange: ({ type, selectedItem }) => {
      const { ItemClick, InputKeyDownEnter } = useCombobox.stateChangeTypes;
      if ((type !== ItemClick && type !== InputKeyDownEnter) || !selectedItem) return;
      setKnown(selectedItem);
      setTyped(undefined);
      props.onValue(selectedItem.value);
    },
  });
  const type = (text: string): void => {
    setTyped(text);
    props.onSearch?.(text);
    if (!props.isStrict) (props.onText ?? props.onValue)(text);
  };
  const input = box.getInputProps({
    id: props.id,
    onChange: (event) => type(event.currentTarget.value),
    onKeyDown: props.onKeyDown,
    onBlur: () => {
      setTyped(undefined);
      props.onSearch?.("");
    },
    onFocus: (event) => props.isStrict && event.currentTarget.select(),
  });
  return (
    <div className="combobox">
      <input
        {...input}
        {...(props.label ? { "aria-label": props.label, "aria-labelledby": undefined } : { "aria-labelledby": undefined })}
        aria-describedby={props.described}
        aria-invalid={props.isInvalid || undefined}
        placeholder={props.placeholder}
        spellCheck={false}
      />
      <button type="button" {...box.getToggleButtonProps({ tabIndex: -1 })} hidden={props.isPlain} aria-label="Show the list" className="toggle" />
      <ul {...box.getMenuProps({ "aria-label": "Choices", "aria-labelledby": undefined })} className={box.isOpen ? "menu open" : "menu"}>
        {box.isOpen && shown.length === 0 && <li className="note">{props.note ?? "Nothing fits."}</li>}
        {box.isOpen &&
          shown.map((item, index) => (
            <Fragment key={item.value}>
              {item.group && item.group !== shown[index - 1]?.group && (
                <li role="presentation" className="group">
                  {item.group}
                </li>
              )}
              <li {...box.getItemProps({ item, index })} className={box.highlightedIndex === index ? "on" : undefined}>
                {item.label}
                {item.about && <small>{item.about}</small>}
              </li>
            </Fragment>
          ))}
      </ul>
    </div>
  );
}

// What holds every word, the best first: the name itself, then what begins like it.
function matching(items: Item[], text: string): Item[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return items;
  const fits = items.filter((item) => {
    const all = `${item.label} ${item.value} ${item.about ?? ""}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const ranked = fits.map((item) => ({ item, rank: rankOf(item, words.join(" ")) }));
  return ranked.sort((one, other) => one.rank - other.rank).map(({ item }) => item);
}

function rankOf({ value, label }: Item, text: string): number {
  const names = [value.toLowerCase(), label.toLowerCase()];
  if (names.includes(text)) return 0;
  return names.some((name) => name.startsWith(text)) ? 1 : names.some((name) => name.includes(text)) ? 2 : 3;
}

export const itemOf = (choice: { value: unknown; label: string }): Item => ({
  value: asText(choice.value),
  label: choice.label,
});
