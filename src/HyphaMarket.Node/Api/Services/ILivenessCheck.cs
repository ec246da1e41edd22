namespace HyphaMarket.Node.Api.Services;

/// <summary>Something that must go on running for the daemon to be alive, such as the loop around a protocol core.</summary>
public interface ILivenessCheck
{
    /// <summary>What it is, for the log.</summary>
    string Name { get; }

    /// <summary>Completes once it has answered.</summary>
    /// <exception cref="OperationCanceledException">It did not in time.</exception>
    Task AnswerAsync(CancellationToken within);
}
