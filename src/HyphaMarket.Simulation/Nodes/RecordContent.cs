using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Nodes;

/// <summary>Compares records by what they say and who signed it: a copy is the same record.</summary>
internal sealed class RecordContent : IEqualityComparer<Record>
{
    public static RecordContent Comparer { get; } = new();

    public bool Equals(Record? x, Record? y) => ReferenceEquals(x, y) || (x is not null && x.Equals(y));

    public int GetHashCode([DisallowNull] Record obj) => DomainTags.IsKnown(obj.Kind) ? SignedRecords.IdOf(obj).GetHashCode() : 0;
}
