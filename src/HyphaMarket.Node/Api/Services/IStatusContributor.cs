using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>A part of the daemon that knows more of its state: peers, markets, clock, votes.</summary>
public interface IStatusContributor
{
    /// <summary>The status with this part's fields filled in. Returns at once.</summary>
    NodeStatus Contribute(NodeStatus status);
}
