import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLogger, LOG_LEVELS, type LogFields, type LogFormat, type LogLevel } from "./logger.ts";

const TIME_MS = Date.UTC(2026, 10, 24, 22, 40, 51, 847) + 0.25;

function recording(level: LogLevel = "debug", format: LogFormat = "json") {
  const lines: string[] = [];
  const urgent: boolean[] = [];
  const sink = {
    write: (line: string, isUrgent: boolean) => {
      lines.push(line);
      urgent.push(isUrgent);
    },
  };
  return { logger: createLogger({ level, format }, { sink, wallMs: () => TIME_MS }), lines, urgent };
}

describe("server/log/logger", () => {
  it("writes etcd's keys in etcd's order, one line each", () => {
    const { logger, lines } = recording();
    logger
      .from("embed/etcd.go:140")
      .info("configuring peer listeners", { "listen-peer-urls": ["http://localhost:2380"] });
    logger.from("a.ts").named("raft").warn("x\ny");
    assert.deepEqual(lines, [
      '{"level":"info","ts":"2026-11-24T22:40:51.847250Z","caller":"embed/etcd.go:140","msg":"configuring peer listeners","listen-peer-urls":["http://localhost:2380"]}\n',
      '{"level":"warn","ts":"2026-11-24T22:40:51.847250Z","logger":"raft","caller":"a.ts","msg":"x\\ny"}\n',
    ]);
  });

  it("has zap's console form", () => {
    const { logger, lines } = recording("info", "console");
    logger.named("raft").info("became leader", { term: 2, id: "8e9e05c52164694d" });
    logger.info("no fields\nsecond line");
    assert.deepEqual(lines, [
      '2026-11-24T22:40:51.847250Z\tinfo\traft\tserver\tbecame leader\t{"term": 2, "id": "8e9e05c52164694d"}\n',
      "2026-11-24T22:40:51.847250Z\tinfo\tserver\tno fields\\nsecond line\n",
    ]);
  });

  for (const [at, level] of LOG_LEVELS.entries()) {
    it(`with --log-level ${level} keeps ${LOG_LEVELS.slice(at).join(", ")}`, () => {
      const { logger, lines } = recording(level);
      for (const one of LOG_LEVELS) logger[one](one);
      const kept = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
      assert.deepEqual(kept, LOG_LEVELS.slice(at));
      assert.deepEqual(
        LOG_LEVELS.map((one) => logger.enabled(one)),
        LOG_LEVELS.map((_, i) => i >= at),
      );
    });
  }

  it("hands out urgent lines at once", () => {
    const { logger, urgent } = recording();
    for (const one of LOG_LEVELS) logger[one]("x");
    assert.deepEqual(urgent, [false, false, false, true, true, true]);
  });

  for (const [fields, text] of [
    [{ a: 1, b: true, c: 'q"\\' }, '"a":1,"b":true,"c":"q\\"\\\\"'],
    [{ id: 2n ** 63n }, '"id":9223372036854775808'],
    [{ gone: undefined, kept: "x" }, '"kept":"x"'],
    [{ n: Number.NaN, i: Number.POSITIVE_INFINITY }, '"n":"NaN","i":"Infinity"'],
    [{ error: new Error("disk full") }, '"error":"disk full"'],
    [{ o: { x: [1, "y", { z: false }], gone: undefined } }, '"o":{"x":[1,"y",{"z":false}]}'],
    [{ "with \n": "tab\t" }, '"with \\n":"tab\\t"'],
  ] as const) {
    it(`writes the fields ${text}`, () => {
      const { logger, lines } = recording();
      logger.info("m", fields);
      assert.ok(lines[0]?.endsWith(`"msg":"m",${text}}\n`), lines[0]);
      JSON.parse(lines[0] ?? "");
    });
  }

  it("cuts off a field that runs in circles", () => {
    const circle: { self?: LogFields } = {};
    circle.self = circle as LogFields;
    const { logger, lines } = recording();
    logger.info("m", circle as LogFields);
    assert.match(lines[0] ?? "", /"\.\.\."/);
    JSON.parse(lines[0] ?? "");
  });
});
