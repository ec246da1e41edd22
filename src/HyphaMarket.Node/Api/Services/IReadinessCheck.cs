namespace HyphaMarket.Node.Api.Services;

/// <summary>One thing that must hold before the node can do its work. All registered checks together are /readyz.</summary>
public interface IReadinessCheck
{
    /// <summary>Short and stable, such as <c>journal</c>.</summary>
    string Name { get; }

    /// <summary>Why it does not hold, as a sentence with what to do; null when it holds. Returns at once.</summary>
    string? Fault { get; }

    /// <summary>
    /// True where only the markets that this node brokers suffer: /readyz counts it, the status warns of it, and the daemon is up all the same, so that who
    /// waits for its start does not wait for other nodes.
    /// </summary>
    bool IsOfTheMarket => false;

    /// <summary>True where the node does all that it promises without it: told among the checks and the warnings, and the node is ready all the same.</summary>
    bool IsDegradation => false;
}
