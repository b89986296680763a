import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Text } from "./text";

/** A modal dialog of the browser: Esc closes, the focus goes back to where it was. */
export function Dialog({
  title,
  onClose,
  children,
  wide = false,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    ref.current?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  // A browser asks once whether Esc may close it, and the next time closes it unasked: whoever shows it hears of that,
  // and what still is to be shown is shown again.
  const closed = () => {
    onClose();
    setTimeout(() => {
      if (ref.current?.isConnected && !ref.current.open) ref.current.showModal();
    });
  };
  return (
    <dialog
      ref={ref}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={closed}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div class="dialog-body">
        <h2 id={titleId}>
          <Text value={title} />
        </h2>
        {children}
      </div>
    </dialog>
  );
}
