using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>Tells the daemon's state.</summary>
public interface INodeStatusService
{
    ValueTask<NodeStatus> GetStatusAsync(CancellationToken cancellationToken);
}
