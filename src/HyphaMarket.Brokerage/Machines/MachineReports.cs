using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Words = HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Machines;

/// <summary>Machine reports: made and signed by the seller of a lease, read and checked by its buyer.</summary>
public static class MachineReports
{
    /// <summary>Of an asker's nonce: as long as a hash, so that none comes twice.</summary>
    public const int NonceBytes = 32;

    /// <summary>Of a body. The texts below at their longest, and as many disks, take half of it.</summary>
    public const int MaxBody = 32 * 1024;

    /// <summary>Of a whole record: a body and a signature, each with its tag and length, and nothing else that a worker would have its buyer keep.</summary>
    public const int MaxRecord = MaxBody + 128;

    /// <summary>Kinds of accelerators; real machines have one or two.</summary>
    public const int MaxAcceleratorKinds = 32;

    /// <summary>Accelerators of all kinds together, as many as are read of a machine's own tool.</summary>
    public const int MaxAccelerators = 1_024;

    public const int MaxDisks = 256;
    public const int MaxProblems = 16;

    /// <summary>Characters of each text; a longer one is cut, and what no terminal should print becomes a question mark.</summary>
    public const int MaxText = 160;

    /// <summary>MiB in a number of a report: a million TiB, so that no sum of them overflows.</summary>
    private const long MaxMib = 1L << 40;

    /// <summary>
    /// How far a report's time may be off the asker's. The nonce alone makes it fresh; the time is there to be shown to others, and with a wrong clock it would say something false. Nobody
    /// makes workers keep their clocks as brokers do, so this is as generous as TLS and Kerberos habitually are.
    /// </summary>
    public static long ToleratedClockMs => 5 * 60_000;

    /// <summary>The signed report.</summary>
    /// <param name="facts">What is beyond the bounds is left out, and counts as unread.</param>
    public static Record Sign(NetworkId network, ISigner seller, RecordId lease, ReadOnlySpan<byte> nonce, MachineFacts facts, Instant measured, Instant now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var machine = facts.Reading.Inventory;
        var kinds = machine.Accelerators.GroupBy(gpu => (gpu.Vendor, gpu.Name, gpu.VramMib)).ToList();
        var unread = new SortedSet<Market.Profiles.Detection.MachinePart>(facts.Reading.Unread);
        if (kinds.Count > MaxAcceleratorKinds || machine.Accelerators.Count > MaxAccelerators) unread.Add(Market.Profiles.Detection.MachinePart.Accelerators);
        if (machine.Disks.Count > MaxDisks) unread.Add(Market.Profiles.Detection.MachinePart.Disks);
        var body = new MachineReportBody
        {
            Lease = ByteString.CopyFrom(lease.Value.ToArray()),
            Nonce = ByteString.CopyFrom(nonce),
            MeasuredUnixMs = measured.UnixMs,
            UnixMs = now.UnixMs,
            System = Cut(facts.System),
            Driver = Cut(facts.Driver),
            Interconnect = (AcceleratorInterconnect)machine.Interconnect,
            CpuArchitecture = (Words.CpuArchitecture)machine.CpuArchitecture,
            CpuCores = (uint)Math.Max(0, machine.CpuCores),
            MemoryMib = Mib(machine.MemoryMib),
            NetworkMbitS = Mib(machine.NetworkMbitS),
        };
        if (machine.FileSystemsMib is { } files) body.FileSystemsMib = Mib(files);
        body.Fabrics.AddRange(machine.Fabrics.Select(fabric => (AcceleratorFabric)fabric));
        if (machine.Accelerators.Count <= MaxAccelerators)
        {
            body.Accelerators.AddRange(kinds.Take(MaxAcceleratorKinds).Select(kind => new ReportedAccelerators { Vendor = Cut(kind.Key.Vendor), Name = Cut(kind.Key.Name), VramMib = Mib(kind.Key.VramMib), Count = (uint)kind.Count() }));
        }

        body.Disks.AddRange(machine.Disks.Take(MaxDisks).Select(disk => new ReportedDisk { Class = (Words.DiskClass)disk.Class, SizeMib = Mib(disk.SizeMib) }));
        body.Unread.AddRange(unread.Select(part => (Words.MachinePart)part));
        body.Problems.AddRange(facts.Reading.Problems.Take(MaxProblems).Select(Cut));
        return SignedRecords.Sign(network, RecordKind.MachineReport, body, seller);
    }

    /// <summary>Reads a report of whoever made it. Says nothing of its signature.</summary>
    /// <param name="catalogue">Tells the models by the names that the machine's tools gave them.</param>
    public static bool TryParse(Record? record, ProfileCatalogue catalogue, [NotNullWhen(true)] out MachineReport? report)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        report = null;
        if (record is not { Kind: RecordKind.MachineReport } || record.Body.Length > MaxBody || record.CalculateSize() > MaxRecord || !StrictParser.TryParse(MachineReportBody.Parser, record.Body, out var body)) return false;
        if (!RecordId.TryFromBytes(body.Lease.Span, out var lease) || body.Nonce.Length != NonceBytes || !HasBounds(body) || !HasKnownWords(body)) return false;
        var accelerators = new List<Accelerator>();
        foreach (var kind in body.Accelerators)
        {
            var one = new Accelerator(kind.Vendor, kind.Name, catalogue.ModelOf(kind.Vendor, kind.Name)?.Id, (long)kind.VramMib);
            for (var i = 0; i < kind.Count; i++) accelerators.Add(one);
        }

        var inventory = new MachineInventory
        {
            Accelerators = accelerators,
            Interconnect = (Interconnect)body.Interconnect,
            Fabrics = [.. body.Fabrics.Select(fabric => (Fabric)fabric)],
            CpuArchitecture = (Market.Profiles.CpuArchitecture)body.CpuArchitecture,
            CpuCores = (int)body.CpuCores,
            MemoryMib = (long)body.MemoryMib,
            Disks = [.. body.Disks.Select((disk, number) => new Disk($"disk-{number}", (long)disk.SizeMib, (Market.Profiles.DiskClass)disk.Class))],
            FileSystemsMib = body.HasFileSystemsMib ? (long)body.FileSystemsMib : null,
            NetworkMbitS = (long)body.NetworkMbitS,
        };
        var unread = new SortedSet<Market.Profiles.Detection.MachinePart>(body.Unread.Select(part => (Market.Profiles.Detection.MachinePart)part));
        var reading = new InventoryReading(inventory, [.. body.Problems]) { Unread = unread };
        report = new MachineReport(lease, body.Nonce.Memory, new Instant(body.MeasuredUnixMs), new Instant(body.UnixMs), new MachineFacts(reading, body.System, body.Driver));
        return true;
    }

    /// <summary>Null for a report that answers the question; else a sentence about why it does not.</summary>
    /// <param name="seller">Of the lease.</param>
    /// <param name="now">The asker's time.</param>
    public static string? FaultOf(NetworkId network, Record record, MachineReport report, RecordId lease, ReadOnlySpan<byte> nonce, ParticipantId seller, Instant now, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(report);
        if (report.Lease != lease) return "It is of another lease.";
        if (!report.Nonce.Span.SequenceEqual(nonce)) return "It answers another question: its nonce is not the one that was asked with.";
        if (record.AuthorisationCase != Record.AuthorisationOneofCase.Signature || !SignedRecords.VerifySignature(network, record, seller, verifier)) return "It is not signed by the lease's seller.";
        if (report.Measured > report.Signed) return "It was signed before it was measured.";
        return Math.Abs(report.Signed.UnixMs - now.UnixMs) > ToleratedClockMs || report.Signed.UnixMs - report.Measured.UnixMs > ToleratedClockMs
            ? $"Its time is {DateTimeOffset.FromUnixTimeMilliseconds(report.Signed.UnixMs):O}, measured {DateTimeOffset.FromUnixTimeMilliseconds(report.Measured.UnixMs):O}: more than {ToleratedClockMs / 60_000} minutes off."
            : null;
    }

    private static bool HasBounds(MachineReportBody body) =>
        body.Accelerators.Count <= MaxAcceleratorKinds
        && body.Accelerators.Sum(kind => (long)kind.Count) <= MaxAccelerators
        && body.Accelerators.All(kind => kind.VramMib <= (ulong)MaxMib && IsPlain(kind.Name) && IsPlain(kind.Vendor))
        && body.Disks.Count <= MaxDisks
        && body.Disks.All(disk => disk.SizeMib <= (ulong)MaxMib)
        && body.FileSystemsMib <= (ulong)MaxMib && body.MemoryMib <= (ulong)MaxMib && body.NetworkMbitS <= (ulong)MaxMib && body.CpuCores <= int.MaxValue
        && IsPlain(body.System) && IsPlain(body.Driver)
        && body.Problems.Count <= MaxProblems && body.Problems.All(IsPlain)
        // An instant that no date can show is no time.
        && IsDate(body.UnixMs) && IsDate(body.MeasuredUnixMs);

    private static bool HasKnownWords(MachineReportBody body) =>
        Enum.IsDefined((Interconnect)body.Interconnect)
        && Enum.IsDefined((Market.Profiles.CpuArchitecture)body.CpuArchitecture)
        && IsAscending(body.Fabrics) && body.Fabrics.All(fabric => fabric != AcceleratorFabric.Unspecified && Enum.IsDefined((Fabric)fabric))
        && body.Disks.All(disk => disk.Class is Words.DiskClass.Any or Words.DiskClass.Ssd or Words.DiskClass.Nvme)
        && IsAscending(body.Unread) && body.Unread.All(part => part != Words.MachinePart.Unspecified && Enum.IsDefined((Market.Profiles.Detection.MachinePart)part));

    private static bool IsDate(long unixMs) => unixMs >= 0 && unixMs <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Without repeats, so that such a list is as short as its enum.</summary>
    private static bool IsAscending<T>(IEnumerable<T> values) where T : struct, Enum => values.Zip(values.Skip(1)).All(pair => Comparer<T>.Default.Compare(pair.First, pair.Second) < 0);

    private static ulong Mib(long mib) => (ulong)Math.Clamp(mib, 0, MaxMib);

    private static bool IsPlain(string text) => text.Length <= MaxText && PlainText.IsPlain(text);

    private static string Cut(string text) => PlainText.Cut(text, MaxText);
}
