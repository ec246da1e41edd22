using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>How the API's values look as JSON: snake_case, absent instead of null, unknown members of requests refused.</summary>
/// <remarks>Members with a default value are settable and not init-only: the generated reader overwrites the default of an absent init-only member.</remarks>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(ProfileView))]
[JsonSerializable(typeof(IReadOnlyList<ProfileView>))]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(IReadOnlyList<OrderView>))]
[JsonSerializable(typeof(OrderExplanationView))]
[JsonSerializable(typeof(IReadOnlyList<MarketView>))]
[JsonSerializable(typeof(QuoteView))]
[JsonSerializable(typeof(IReadOnlyList<TradeView>))]
[JsonSerializable(typeof(IReadOnlyList<CandleView>))]
[JsonSerializable(typeof(PriceSuggestionView))]
[JsonSerializable(typeof(BrokerSetView))]
[JsonSerializable(typeof(BrokerWhyView))]
[JsonSerializable(typeof(ProofView))]
[JsonSerializable(typeof(VerdictView))]
[JsonSerializable(typeof(IReadOnlyList<PeerView>))]
[JsonSerializable(typeof(PingView))]
[JsonSerializable(typeof(IReadOnlyList<CheckView>))]
[JsonSerializable(typeof(WhereAmIView))]
[JsonSerializable(typeof(DrainView))]
[JsonSerializable(typeof(StopView))]
[JsonSerializable(typeof(StatementView))]
[JsonSerializable(typeof(LeaseView))]
[JsonSerializable(typeof(IReadOnlyList<LeaseView>))]
[JsonSerializable(typeof(LeaseEndRequest))]
[JsonSerializable(typeof(TunnelRequest))]
[JsonSerializable(typeof(TunnelView))]
[JsonSerializable(typeof(NodeEvent))]
public sealed partial class ApiJson : JsonSerializerContext;
