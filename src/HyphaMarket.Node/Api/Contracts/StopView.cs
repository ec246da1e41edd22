namespace HyphaMarket.Node.Api.Contracts;

/// <summary>The daemon has begun to stop: POST /v1/node/stop.</summary>
/// <param name="WithinSeconds">It ends within so many seconds.</param>
public sealed record StopView(int Pid, double WithinSeconds);
