using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Api.Services;

/// <summary>A node whose journal cannot be written is not ready: it can promise nothing.</summary>
public sealed class JournalReadiness(Journal journal) : IReadinessCheck
{
    public string Name => "journal";

    public string? Fault => journal.Failure?.Message;
}
