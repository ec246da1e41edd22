using System.Globalization;
using System.Text;

using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Tests.Telemetry;

/// <summary>Writes deploy/METRICS.md from the catalogue.</summary>
internal static class MetricsPage
{
    private const string Head = """
        # Metrics

        `GET /metrics` of the local API, in Prometheus' text format: over the socket, or over `api.port` with the token as a bearer
        (`prometheus/prometheus.yml` is an example, `prometheus/alerts.yml` has rules, `grafana/hypha-market.json` a dashboard). The same metrics go to an
        OpenTelemetry collector where `telemetry.otlp` names one. Units are base units; counters begin at 0 with the daemon; a gauge that
        cannot be told is absent and not 0. This page is generated from the program (`HYPHAMARKET_UPDATE_PAGES=1` and the tests of Node).

        | metric | kind | unit | labels | meaning |
        |---|---|---|---|---|

        """;

    public static string Write()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var metric in MetricCatalogue.All)
        {
            var labels = string.Join(", ", metric.Labels.Select(label => $"`{label}`"));
            page.Append(CultureInfo.InvariantCulture, $"| `{metric.Name}` | {metric.Kind.ToString().ToLowerInvariant()} | {metric.Unit} | {labels} | {metric.Help} |\n");
        }
        return page.ToString();
    }
}
