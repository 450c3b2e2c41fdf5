/** The columns of the running calls: as many as fit into the terminal, the most important first, all lines alike. */
import { spellMs } from "../../report/numbers.js";
import { personal } from "../../report/personal.js";
import { safeText, shortId } from "../../report/safe-text.js";
import { cutText, textWidth } from "../../report/text-width.js";
import { clockText, ellipsisOf, type Look, roomOf } from "./fitted-line.js";
import type { LiveCallView } from "./live-call.js";
import { type Level, meterBar } from "./meter.js";
import type { StyledLine } from "./pinned.js";

const GAP = "  ";

interface Column {
  readonly head: string;
  readonly width: number;
  /** Columns with the highest rank are left out first. */
  readonly rank: number;
  readonly isNumber?: boolean;
  cell(call: LiveCallView): string;
  paint?(call: LiveCallView): (text: string) => string;
}

/** @param chosenBy the digit that chooses each call, while one is to be chosen. */
export function callTable(
  calls: readonly LiveCallView[],
  look: Look,
  { showPersonal, chosenBy }: { readonly showPersonal: boolean; readonly chosenBy?: readonly string[] },
): { readonly head: StyledLine; readonly rows: readonly StyledLine[] } {
  const columns = fitting(columnsOf(look, showPersonal), roomOf(look) - 2);
  const head = `  ${columns.map((column) => fill(column.head, column, look)).join(GAP)}`.trimEnd();
  const shortHead = cutText(head, roomOf(look), ellipsisOf(look));
  return {
    head: { plain: shortHead, text: look.style.dim(shortHead) },
    rows: calls.map((call, index) => row(call, columns, look, chosenBy?.[index])),
  };
}

function row(call: LiveCallView, columns: readonly Column[], look: Look, digit?: string): StyledLine {
  const sign = digit ?? signOf(call, look);
  const room = roomOf(look);
  const cells = columns.map((column, index) => {
    // The last one needs no filling; the first is cut where nothing else is left to leave out.
    const width = Math.max(0, Math.min(column.width, room - 2));
    const plain = fill(column.cell(call), { ...column, width }, look);
    return { column, plain: index === columns.length - 1 ? plain.trimEnd() : plain };
  });
  const first = cutText(`${sign} `, room, "");
  return {
    plain: first + cells.map(({ plain }) => plain).join(GAP),
    text:
      (digit === undefined ? signColor(call, look)(first) : look.style.bold(first)) +
      cells.map(({ column, plain }) => column.paint?.(call)(plain) ?? plain).join(GAP),
  };
}

function columnsOf({ columns, unicode, style }: Look, showPersonal: boolean): Column[] {
  const isWide = columns >= 110;
  const cells = isWide ? 16 : columns < 60 ? 5 : 8;
  const { number } = personal(showPersonal);
  const none = unicode ? "–" : "-";
  const side = (
    head: string,
    rank: number,
    level: (call: LiveCallView) => Level,
    speaks: Speaks,
  ): Column => ({
    head,
    rank,
    width: cells,
    cell: (call) => meterBar(level(call), cells, unicode),
    paint: (call) => (level(call).isClipping ? style.bad : speaks(call) ? style.good : style.dim),
  });
  return [
    {
      head: "call",
      rank: 0,
      width: isWide ? 12 : 9,
      cell: ({ callId }) => shortId(callId),
      paint: () => style.bold,
    },
    {
      head: "time",
      rank: 1,
      width: columns < 60 ? 5 : 7,
      isNumber: true,
      cell: (call) => clockText(call.elapsedMs),
    },
    side(
      "caller",
      3,
      (call) => call.callerLevel,
      (call) => call.isCallerSpeaking,
    ),
    side(
      "agent",
      4,
      (call) => call.agentLevel,
      (call) => call.isAgentSpeaking,
    ),
    { head: "now", rank: 2, width: 13, cell: whoSpeaks, paint: () => style.accent },
    {
      head: "first audio",
      rank: 5,
      width: 11,
      isNumber: true,
      cell: ({ firstAudioMs }) => (firstAudioMs.length === 0 ? none : spellMs(firstAudioMs.at(-1) as number)),
    },
    { head: "barge-ins", rank: 6, width: 9, isNumber: true, cell: (call) => String(call.bargeIns) },
    { head: "turns", rank: 7, width: 5, isNumber: true, cell: (call) => String(call.firstAudioMs.length) },
    { head: "format", rank: 8, width: 15, cell: (call) => call.format, paint: () => style.dim },
    {
      head: "from",
      rank: 9,
      width: 18,
      cell: (call) => safeText(number(call.caller), 40),
      paint: () => style.dim,
    },
  ];
}

type Speaks = (call: LiveCallView) => boolean;

/** As many of the most important ones as have room, in their order. Always one. */
function fitting(columns: readonly Column[], room: number): Column[] {
  const kept = new Set<Column>();
  let width = -GAP.length;
  for (const column of [...columns].sort((a, b) => a.rank - b.rank)) {
    width += GAP.length + column.width;
    if (width > room && kept.size > 0) break;
    kept.add(column);
  }
  return columns.filter((column) => kept.has(column));
}

function fill(text: string, { width, isNumber }: Pick<Column, "width" | "isNumber">, look: Look): string {
  const cut = cutText(text, width, ellipsisOf(look));
  const filling = " ".repeat(Math.max(0, width - textWidth(cut)));
  return isNumber ? filling + cut : cut + filling;
}

export function whoSpeaks({ isConnected, isAgentSpeaking, isCallerSpeaking }: LiveCallView): string {
  if (!isConnected) return "connecting";
  if (isAgentSpeaking && isCallerSpeaking) return "both speak";
  if (isAgentSpeaking) return "agent speaks";
  return isCallerSpeaking ? "caller speaks" : "quiet";
}

/** For terminals that have room for little else. */
function signOf({ isConnected, isAgentSpeaking, isCallerSpeaking }: LiveCallView, { unicode }: Look): string {
  const [connecting, both, agent, caller, quiet] = unicode ? "◌◆◂▸●" : ".X<>*";
  if (!isConnected) return connecting as string;
  if (isAgentSpeaking && isCallerSpeaking) return both as string;
  return (isAgentSpeaking ? agent : isCallerSpeaking ? caller : quiet) as string;
}

function signColor(call: LiveCallView, { style }: Look): (text: string) => string {
  return call.isConnected ? style.good : style.warn;
}
