using Google.Protobuf;
using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using CpuArchitecture = HyphaMarket.Market.Profiles.CpuArchitecture;
using DiskClass = HyphaMarket.Market.Profiles.DiskClass;
using MachinePart = HyphaMarket.Market.Profiles.Detection.MachinePart;

namespace HyphaMarket.Brokerage.Tests.Machines;

public sealed class MachineReportsTests
{
    private static readonly NetworkId Network = new(Hash256.Of("test network"u8));
    private static readonly RecordId Lease = new(Hash256.Of("a lease"u8));
    private static readonly byte[] Nonce = [.. Enumerable.Range(0, MachineReports.NonceBytes).Select(i => (byte)i)];
    private static readonly Instant Measured = new(1_700_000_000_000);
    private static readonly Instant Now = Measured.PlusMs(1_500);
    private readonly TestSigner _seller = new("seller");

    private static MachineFacts Facts => new(
        new InventoryReading(
            new MachineInventory
            {
                Accelerators = [Gpu("Tesla T4"), Gpu("Tesla T4"), Gpu("Quadro of nobody")],
                Interconnect = Interconnect.Pcie,
                Fabrics = [Fabric.InfiniBand],
                CpuArchitecture = CpuArchitecture.X8664,
                CpuCores = 16,
                MemoryMib = 64_000,
                Disks = [new Disk("nvme0n1", 900_000, DiskClass.Nvme), new Disk("sda", 100_000, DiskClass.Any)],
                FileSystemsMib = 950_000,
            },
            ["df said nothing."]) { Unread = new SortedSet<MachinePart> { MachinePart.Network } },
        "Debian GNU/Linux 13",
        "NVIDIA 550.54.14");

    [Test]
    public void Report_SaysToItsReader_WhatTheMachineIs()
    {
        Assert.That(MachineReports.TryParse(Signed(Facts), ProfileCatalogue.BuiltIn, out var report));
        var (machine, told) = (report!.Facts.Reading.Inventory, Facts.Reading.Inventory);
        Assert.Multiple(() =>
        {
            Assert.That((report.Lease, report.Measured, report.Signed), Is.EqualTo((Lease, Measured, Now)));
            Assert.That(machine.Accelerators.Select(gpu => (gpu.Name, gpu.Model, gpu.VramMib)), Is.EqualTo(new[] { ("Tesla T4", "nvidia-t4", 15_360L), ("Tesla T4", "nvidia-t4", 15_360L), ("Quadro of nobody", null, 15_360L) }));
            Assert.That((machine.CpuCores, machine.MemoryMib, machine.CpuArchitecture, machine.Interconnect), Is.EqualTo((told.CpuCores, told.MemoryMib, told.CpuArchitecture, told.Interconnect)));
            Assert.That((machine.DiskClass, machine.DiskMibOf(DiskClass.Nvme), machine.FileSystemsMib), Is.EqualTo((told.DiskClass, told.DiskMibOf(DiskClass.Nvme), told.FileSystemsMib)));
            Assert.That(machine.Fabrics, Is.EqualTo(told.Fabrics));
            Assert.That(report.Facts.Reading.Unread, Is.EqualTo(new[] { MachinePart.Network }));
            Assert.That((report.Facts.System, report.Facts.Driver, report.Facts.Reading.Problems.Single()), Is.EqualTo((Facts.System, Facts.Driver, "df said nothing.")));
            Assert.That(FaultOf(Signed(Facts), report), Is.Null);
        });
    }

    [Test]
    public void Report_OfAnother_OrToAnother_OrOfAnotherTime_AnswersNothing()
    {
        var record = Signed(Facts);
        Assert.That(MachineReports.TryParse(record, ProfileCatalogue.BuiltIn, out var report));
        Assert.Multiple(() =>
        {
            Assert.That(FaultOf(record, report!, lease: new RecordId(Hash256.Of("another"u8))), Does.Contain("another lease"));
            Assert.That(FaultOf(record, report!, nonce: new byte[MachineReports.NonceBytes]), Does.Contain("nonce"));
            Assert.That(FaultOf(record, report!, seller: new TestSigner("another").Id), Does.Contain("not signed"));
            Assert.That(FaultOf(Signed(Facts, network: new NetworkId(Hash256.Of("another"u8))), report!), Does.Contain("not signed"));
            Assert.That(FaultOf(record, report!, now: Now.PlusMs(MachineReports.ToleratedClockMs + 1)), Does.Contain("minutes off"));
            Assert.That(FaultOf(record, report!, now: Now.PlusMs(-MachineReports.ToleratedClockMs - 1)), Does.Contain("minutes off"));
            Assert.That(FaultOf(record, report! with { Measured = Now.PlusMs(1) }), Does.Contain("before it was measured"));
            Assert.That(FaultOf(record, report! with { Measured = Now.PlusMs(-MachineReports.ToleratedClockMs - 1) }), Does.Contain("minutes off"), "a look of long ago");
        });
    }

    [Test]
    public void Report_WithWhatNoReportMayHave_IsNotRead()
    {
        var wrong = new Dictionary<string, Action<MachineReportBody>>
        {
            ["a lease of 31 bytes"] = body => body.Lease = ByteString.CopyFrom(new byte[31]),
            ["a short nonce"] = body => body.Nonce = ByteString.CopyFrom(new byte[31]),
            ["an unknown link"] = body => body.Interconnect = (AcceleratorInterconnect)9,
            ["an unknown part"] = body => body.Unread.Add((Wire.Messages.MachinePart)9),
            ["a part twice"] = body => body.Unread.Add(Wire.Messages.MachinePart.Network),
            ["a class that is of all disks together"] = body => body.Disks.Add(new ReportedDisk { Class = Wire.Messages.DiskClass.UltraIops }),
            ["memory that overflows"] = body => body.MemoryMib = ulong.MaxValue,
            ["processors that overflow"] = body => body.CpuCores = uint.MaxValue,
            ["accelerators without end"] = body => body.Accelerators[0].Count = uint.MaxValue,
            ["kinds without end"] = body => body.Accelerators.AddRange(Enumerable.Repeat(body.Accelerators[0], MachineReports.MaxAcceleratorKinds)),
            ["disks without end"] = body => body.Disks.AddRange(Enumerable.Repeat(body.Disks[0], MachineReports.MaxDisks)),
            ["a text without end"] = body => body.System = new string('x', MachineReports.MaxText + 1),
            ["a text that moves the cursor"] = body => body.Accelerators[0].Name = "Tesla\u001b[2J",
            ["a text that turns the line around"] = body => body.Driver = "\u202e055 AIDIVN",
            ["problems without end"] = body => body.Problems.AddRange(Enumerable.Repeat("x", MachineReports.MaxProblems)),
            ["no date"] = body => body.UnixMs = long.MaxValue,
        };
        foreach (var (what, change) in wrong)
        {
            var body = MachineReportBody.Parser.ParseFrom(Signed(Facts).Body);
            change(body);
            Assert.That(MachineReports.TryParse(SignedRecords.Sign(Network, RecordKind.MachineReport, body, _seller), ProfileCatalogue.BuiltIn, out _), Is.False, what);
        }

        foreach (var pad in new Action<Record>[] { record => record.Signer = ByteString.CopyFrom(new byte[MachineReports.MaxRecord]), record => record.Signature = ByteString.CopyFrom(new byte[MachineReports.MaxRecord]) })
        {
            var padded = Signed(Facts);
            Assert.That(padded.CalculateSize(), Is.LessThan(2 * 1024), "what a machine's own report has");
            pad(padded);
            Assert.That(MachineReports.TryParse(padded, ProfileCatalogue.BuiltIn, out _), Is.False, "its buyer keeps no more of it than a report may have");
        }

        Assert.That(MachineReports.TryParse(null, ProfileCatalogue.BuiltIn, out _), Is.False);
        Assert.That(MachineReports.TryParse(SignedRecords.Sign(Network, RecordKind.Usage, Signed(Facts).Body, _seller), ProfileCatalogue.BuiltIn, out _), Is.False, "another kind");
    }

    [Test]
    public void Machine_BeyondTheBounds_IsReportedWithinThem_AndTheRestIsUnread()
    {
        var facts = Facts with
        {
            System = new string('x', 1_000) + "\u001b",
            Reading = new InventoryReading(
                new MachineInventory
                {
                    Accelerators = [.. Enumerable.Range(0, MachineReports.MaxAcceleratorKinds + 1).Select(i => Gpu($"Kind {i}\u0007"))],
                    Disks = [.. Enumerable.Range(0, MachineReports.MaxDisks + 1).Select(i => new Disk($"d{i}", 1, DiskClass.Ssd))],
                    MemoryMib = long.MaxValue,
                },
                [.. Enumerable.Repeat("why", 100)]),
        };
        var record = Signed(facts);
        Assert.That(record.Body.Length, Is.LessThanOrEqualTo(MachineReports.MaxBody));
        Assert.That(record.CalculateSize() - record.Body.Length, Is.LessThanOrEqualTo(MachineReports.MaxRecord - MachineReports.MaxBody));
        Assert.That(MachineReports.TryParse(record, ProfileCatalogue.BuiltIn, out var report));
        Assert.That(report!.Facts.Reading.Unread, Is.EqualTo(new[] { MachinePart.Accelerators, MachinePart.Disks }));
        Assert.That(report.Facts.Reading.Inventory.Accelerators[0].Name, Is.EqualTo("Kind 0?"));
    }

    [Test]
    public void Bytes_ThatWereChanged_AreRefusedOrRead_AndNeverThrow([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        var whole = Signed(Facts).Body.ToByteArray();
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = whole[..random.Next(whole.Length + 1)];
            for (var changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var record = SignedRecords.Sign(Network, RecordKind.MachineReport, ByteString.CopyFrom(bytes), _seller);
            if (MachineReports.TryParse(record, ProfileCatalogue.BuiltIn, out var report)) Assert.That(() => FaultOf(record, report), Throws.Nothing, $"seed {seed}, round {round}");
        }
    }

    private static Accelerator Gpu(string name) => new("nvidia", name, null, 15_360);

    private Record Signed(MachineFacts facts, NetworkId? network = null) => MachineReports.Sign(network ?? Network, _seller, Lease, Nonce, facts, Measured, Now);

    private string? FaultOf(Record record, MachineReport report, RecordId? lease = null, byte[]? nonce = null, ParticipantId? seller = null, Instant? now = null) =>
        MachineReports.FaultOf(Network, record, report, lease ?? Lease, nonce ?? Nonce, seller ?? _seller.Id, now ?? Now, new TestVerifier());
}
