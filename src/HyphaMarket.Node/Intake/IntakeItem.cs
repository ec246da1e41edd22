using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Intake;

/// <summary>One record, or one bundle that came whole, on its way from a connection over a verifier to a market's loop. One thread at a time has it.</summary>
public sealed class IntakeItem
{
    private readonly ReadRecord? _read;
    private readonly OpenedBundle? _bundle;
    private readonly Action<ISignatureVerifier>? _check;
    private bool _isChecked;
    private VerifiedRecord? _one;
    private VerifiedRecord[] _all = [];

    private IntakeItem(ReadRecord? read, OpenedBundle? bundle, int records, Action<ISignatureVerifier>? check = null) => (_read, _bundle, Records, _check) = (read, bundle, records, check);

    /// <summary>How many records it is.</summary>
    public int Records { get; }

    /// <summary>Signatures that a verifier checks for it, at most; a bundle has one.</summary>
    public int Checks { get; private init; } = 1;

    /// <summary>What a verifier found of the signatures in <see cref="Unverified"/>.</summary>
    internal IReadOnlyList<(Hash256 Key, bool IsRight)> Found { get; private set; } = [];

    /// <summary>What the core is to verify itself, or to refuse: a record that is no offer or cancel, or one whose time has passed unless the core knows it.</summary>
    public Record? Unverified { get; private init; }

    /// <summary>In the order of the bundle; empty while nothing is verified.</summary>
    public ReadOnlySpan<VerifiedRecord> Verified => _one is null ? _all : new ReadOnlySpan<VerifiedRecord>(ref _one);

    /// <summary>Whether what is verified of it knows the message in which it came, until it is sent on.</summary>
    public bool IsBundle => _bundle is not null;

    /// <summary>Why all of it is refused.</summary>
    public AdmissionVerdict? Fault { get; private set; }

    public bool NeedsVerifier => Fault is null && (Unverified is null ? Verified.IsEmpty : _check is not null && !_isChecked);

    /// <summary>Only the market's loop can answer it, now or after its verification.</summary>
    public bool NeedsLoop => Fault is null;

    public static IntakeItem Refused(AdmissionVerdict fault, int records = 1) => new(null, null, records) { Fault = fault };

    public static IntakeItem ForCore(Record record) => new(null, null, 1) { Unverified = record };

    /// <summary>The core decides, and the signatures that it will ask for are checked ahead.</summary>
    /// <param name="check">Asks a verifier for them, <paramref name="checks"/> at the most.</param>
    public static IntakeItem ForCore(Record record, int checks, Action<ISignatureVerifier> check) => new(null, null, 1, check) { Unverified = record, Checks = checks };

    public static IntakeItem Known(VerifiedRecord verified) => new(null, null, 1) { _one = verified };

    public static IntakeItem ToVerify(ReadRecord read) => new(read, null, 1);

    public static IntakeItem ToVerify(OpenedBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new IntakeItem(null, bundle, bundle.Count);
    }

    /// <summary>The id of one of its records that was taken.</summary>
    internal RecordId IdOf(int index) => Unverified is { } record ? SignedRecords.IdOf(record) : Verified[index].Id;

    /// <summary>The dear check; a bundle is read here too, which takes as long as its hashes and would keep its connection's thread from others.</summary>
    internal void Verify(RecordAdmission admission)
    {
        if (_check is not null)
        {
            var recorder = new CheckedSignatures.Recorder(admission.Signatures);
            _check(recorder);
            (Found, _isChecked) = (recorder.Found, true);
            return;
        }

        Fault = _bundle is not null ? admission.TryVerify(_bundle, out _all) : admission.TryVerify(_read!, out _one);
    }
}
