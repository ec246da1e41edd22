using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What verification outside the core made of records of one message, by record; the core verifies the others itself.</summary>
public sealed class VerifiedBatch
{
    private readonly Dictionary<Record, (VerifiedRecord? Verified, AdmissionVerdict? Fault)> _records = new(ReferenceEqualityComparer.Instance);

    /// <summary>None: the core verifies all itself.</summary>
    public static VerifiedBatch None { get; } = new();

    public void Add(Record record, VerifiedRecord verified) => _records[record] = (verified, null);

    /// <summary>Notes that a record is wrong.</summary>
    public void Add(Record record, AdmissionVerdict fault) => _records[record] = (null, fault);

    /// <summary>The verified record, or what is wrong with it; both null where nobody looked at it.</summary>
    internal (VerifiedRecord? Verified, AdmissionVerdict? Fault) Find(Record record) => _records.GetValueOrDefault(record);
}
