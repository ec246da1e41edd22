using HyphaMarket.Node.Hardware;
using System.Text.Json.Serialization;

using HyphaMarket.Bench.Reporting;
using HyphaMarket.Simulation.Dht;
using HyphaMarket.Simulation.Reservations;
using HyphaMarket.Simulation.Economics.Brokers;
using HyphaMarket.Simulation.Economics.Games;
using HyphaMarket.Simulation.Runs;
using HyphaMarket.Simulation.Scaling;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Output;

/// <summary>JSON of what only the program prints or keeps, in the style of the API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MarketView))]
[JsonSerializable(typeof(CheckView))]
[JsonSerializable(typeof(PeerView))]
[JsonSerializable(typeof(HoldingView))]
[JsonSerializable(typeof(StatementLineView))]
[JsonSerializable(typeof(ConfiguredValue))]
[JsonSerializable(typeof(BundleView))]
[JsonSerializable(typeof(TradeView))]
[JsonSerializable(typeof(CandleView))]
[JsonSerializable(typeof(BrokerView))]
[JsonSerializable(typeof(DepthLine))]
[JsonSerializable(typeof(FitView))]
[JsonSerializable(typeof(ProfileDifference))]
[JsonSerializable(typeof(InitView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(WrittenProofView))]
[JsonSerializable(typeof(DevnetState))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(BatchResult))]
[JsonSerializable(typeof(DhtRow))]
[JsonSerializable(typeof(ScalingRow))]
[JsonSerializable(typeof(Simulation.Economics.Runs.MarketRow))]
[JsonSerializable(typeof(DeviationRow))]
[JsonSerializable(typeof(GameRow))]
[JsonSerializable(typeof(BrokerRow))]
[JsonSerializable(typeof(MeasureReport))]
[JsonSerializable(typeof(TableRow))]
[JsonSerializable(typeof(TruthRow))]
[JsonSerializable(typeof(BalancingRow))]
[JsonSerializable(typeof(OffsettingRow))]
internal sealed partial class CliJson : JsonSerializerContext;
