// The entries of a dropdown: asked for when it is opened, and again when what it depends on has changed.
import { useEffect, useMemo, useRef, useState } from "react";
import * as api from "./api";
import { itemOf, type Item } from "./combobox";
import { type Context, paramsOf } from "./context";
import type { Dynamic } from "./types";

const SEARCHED = new Set(["rows", "lookup", "owners", "parties", "users"]); // too many to have them all: the service searches
const PAUSE = 250; // milliseconds without a key before it does

interface Offered {
  items: Item[];
  note: string;
  isFiltered: boolean;
  open: () => void;
  search: (text: string) => void;
}

export function useChoices(dynamic: Dynamic | undefined, context: Context, path: readonly (string | number)[]): Offered {
  const [items, setItems] = useState<Item[]>([]);
  const [note, setNote] = useState("");
  const [text, setText] = useState("");
  const [isOpened, setOpened] = useState(false);
  const params = dynamic ? paramsOf(dynamic, context.values, path) : {};
  const isSearched = dynamic !== undefined && SEARCHED.has(dynamic.source);
  const key = JSON.stringify([context.connection, dynamic?.source, params, isSearched ? text : ""]);
  const latest = useRef("");
  useEffect(() => {
    if (!dynamic || !isOpened || latest.current === key) return;
    if (!context.connection) {
      setNote("Test the connection first; then this shows what there is.");
      return;
    }
    const ask = (): void => {
      latest.current = key;
      setNote("Loading …");
      api
        .choices(context.connection, dynamic.source, isSearched && text ? { ...params, search: text } : params)
        .then((found) => latest.current === key && (setItems(found.map(itemOf)), setNote("")))
        .catch((error: unknown) => latest.current === key && (setItems([]), setNote(told(error))));
    };
    const timer = setTimeout(ask, isSearched && text ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [key, isOpened]);
  return useMemo(
    () => ({ items, note, isFiltered: isSearched && text !== "", open: () => setOpened(true), search: setText }),
    [items, note, isSearched, text],
  );
}

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error));
