/** The page of metrics as a whole. */
import { Exposition } from "./exposition.ts";
import type { Metrics } from "./metrics.ts";
import { writePeerFamilies, writeServerFamilies } from "./server-families.ts";
import type { MetricsSources, ProcessFigures } from "./sources.ts";
import { writeStoreFamilies } from "./store-families.ts";

/** The text that Prometheus reads. Reads everything at once, in this turn. */
export function renderMetrics(metrics: Metrics, sources: MetricsSources, figures: ProcessFigures): string {
  const out = new Exposition();
  writeServerFamilies(out, metrics, sources);
  writeStoreFamilies(out, metrics, sources);
  writePeerFamilies(out, metrics, sources);
  metrics.grpc.writeTo(out);
  writeProcessFamilies(out, figures);
  writeScrapeFamilies(out, metrics);
  return out.text();
}

function writeProcessFamilies(out: Exposition, figures: ProcessFigures): void {
  const gauge = (name: string, help: string, value: number | undefined): void => {
    if (value !== undefined) out.gauge(name, help, value);
  };
  const counter = (name: string, help: string, value: number | undefined): void => {
    if (value !== undefined) out.counter(name, help, value);
  };
  out.family("etcd_server_go_version", "gauge", "1 for the version of the runtime, which is not Go.");
  out.sample(1, ["server_go_version", figures.runtimeVersion]);
  gauge("os_fd_used", "File descriptors in use.", figures.openFds);
  gauge("os_fd_limit", "File descriptors that there may be.", figures.maxFds);
  counter("process_cpu_seconds_total", "Processor time, user and system.", figures.cpuSeconds);
  gauge("process_start_time_seconds", "When the process began, in seconds since 1970.", figures.startTimeSeconds);
  gauge("process_resident_memory_bytes", "Memory in use.", figures.residentBytes);
  gauge("process_virtual_memory_bytes", "Address space in use.", figures.virtualBytes);
  gauge("process_virtual_memory_max_bytes", "Address space that there may be.", figures.virtualMaxBytes);
  gauge("process_open_fds", "File descriptors in use.", figures.openFds);
  gauge("process_max_fds", "File descriptors that there may be.", figures.maxFds);
  const { networkReceivedBytes: received, networkSentBytes: sent } = figures;
  counter("process_network_receive_bytes_total", "Bytes that came over the network of this process.", received);
  counter("process_network_transmit_bytes_total", "Bytes that went over the network of this process.", sent);
  const { quantiles, sum, count } = figures.eventLoopDelay;
  out.family("quorate_event_loop_delay_seconds", "summary", "How late timers of the event loop were.");
  for (const { quantile, seconds } of quantiles) out.sample(seconds, ["quantile", String(quantile)]);
  out.sample(sum, [], "_sum").sample(count, [], "_count");
}

function writeScrapeFamilies(out: Exposition, { scrape }: Metrics): void {
  const name = "promhttp_metric_handler_requests";
  out.gauge(`${name}_in_flight`, "Scrapes under way.", scrape.inFlight);
  out.family(`${name}_total`, "counter", "Scrapes by the status of their answer.");
  out.sample(scrape.successes, ["code", "200"]).sample(scrape.failures, ["code", "500"]).sample(0, ["code", "503"]);
}
