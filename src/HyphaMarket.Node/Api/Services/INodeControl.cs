using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>Ends a node's work in order.</summary>
public interface INodeControl
{
    /// <summary>Takes no more orders, takes the open ones out of the books, and gives up places in broker sets. Doing it again does what is left.</summary>
    /// <param name="dryRun">Only tells what would be done.</param>
    Task<DrainView> DrainAsync(bool dryRun, CancellationToken cancellationToken);

    /// <summary>Begins to stop the daemon.</summary>
    StopView Stop();
}
