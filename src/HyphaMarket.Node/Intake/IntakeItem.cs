using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Intake;

/// <summary>One record, or one bundle that came whole, on its way from a connection over a verifier to a market's loop. One thread at a time has it.</summary>
public sealed class IntakeItem
{
    private readonly ReadRecord? _read;
    private readonly ReadBundle? _bundle;
    private VerifiedRecord? _one;
    private VerifiedRecord[] _all = [];

    private IntakeItem(ReadRecord? read, ReadBundle? bundle, int records) => (_read, _bundle, Records) = (read, bundle, records);

    /// <summary>How many records it is.</summary>
    public int Records { get; }

    /// <summary>What the core is to verify itself, or to refuse: a record that is no offer or cancel, or one whose time has passed unless the core knows it.</summary>
    public Record? Unverified { get; private init; }

    /// <summary>In the order of the bundle; empty while nothing is verified.</summary>
    public ReadOnlySpan<VerifiedRecord> Verified => _one is null ? _all : new ReadOnlySpan<VerifiedRecord>(ref _one);

    /// <summary>Why all of it is refused.</summary>
    public AdmissionVerdict? Fault { get; private set; }

    public bool NeedsVerifier => Fault is null && Unverified is null && Verified.IsEmpty;

    /// <summary>Only the market's loop can answer it, now or after its verification.</summary>
    public bool NeedsLoop => Fault is null;

    public static IntakeItem Refused(AdmissionVerdict fault, int records = 1) => new(null, null, records) { Fault = fault };

    public static IntakeItem ForCore(Record record) => new(null, null, 1) { Unverified = record };

    public static IntakeItem Known(VerifiedRecord verified) => new(null, null, 1) { _one = verified };

    public static IntakeItem ToVerify(ReadRecord read) => new(read, null, 1);

    public static IntakeItem ToVerify(ReadBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new IntakeItem(null, bundle, bundle.Offers.Count);
    }

    /// <summary>The dear check.</summary>
    internal void Verify(RecordAdmission admission)
    {
        Fault = _bundle is not null ? admission.TryVerify(_bundle, out _all) : admission.TryVerify(_read!, out _one);
    }
}
