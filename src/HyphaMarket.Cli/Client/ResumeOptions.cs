namespace HyphaMarket.Cli.Client;

/// <summary>How a lost stream is taken up again.</summary>
internal sealed record ResumeOptions
{
    /// <summary>Before the first new attempt: a daemon that restarts is away for half a second and more.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between two attempts; pauses double up to it.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the loss on: after that the loss is told as a failure. A daemon stops within 15 s, starts within one, and finds its brokers within some more.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Checks that the values make sense together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them does not.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(First, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Longest, First);
        ArgumentOutOfRangeException.ThrowIfLessThan(GiveUpAfter, TimeSpan.Zero);
    }
}
