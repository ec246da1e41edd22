using System.Security.Cryptography;
using System.Text;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Identity;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
public sealed class PeerStoreFileTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly PeerId s_alice = TestKeys.Alice.PeerId;
    private static readonly PeerId s_bob = TestKeys.Bob.PeerId;

    private SettableTime _time = null!;
    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "peers.db");

    [SetUp]
    public void SetUp()
    {
        _time = new SettableTime();
        _folder = Directory.CreateTempSubdirectory("hypha-peers-").FullName;
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Store_ComesBackAsItWas_WithoutWhatHasExpired()
    {
        var store = NewStore();
        store.AddCertified(Record(7, 1, 2), s_hour * 2);
        store.AddAddresses(s_alice, [Address(3)], s_hour);
        store.MarkGood(s_alice, Address(3));
        store.SetProtocols(s_alice, ["/a/1", "/b/1"]);
        store.SetAgentVersion(s_alice, "alice/1");
        store.SetConnected(s_alice, true);
        store.SetConnected(s_alice, false);
        store.AddAddresses(s_bob, [Address(4)], s_hour);
        new PeerStoreFile(FilePath).Save(store);

        var again = Load(out var load);
        Assert.That(load, Is.EqualTo(new PeerStoreLoad(2, null)));
        Assert.That(again.GetAddresses(s_alice), Is.EqualTo(new[] { Address(3), Address(1), Address(2) }));
        Assert.That(again.GetCertifiedAddresses(s_alice), Is.EqualTo(new[] { Address(1), Address(2) }));
        Assert.That(again.GetSignedRecord(s_alice)!.Value.ToArray(), Is.EqualTo(Record(7, 1, 2).Bytes.ToArray()));
        Assert.That((again.GetProtocols(s_alice), again.GetAgentVersion(s_alice)), Is.EqualTo((new HashSet<string> { "/a/1", "/b/1" }, "alice/1")));
        Assert.That(again.AddCertified(Record(6, 9), s_hour), Is.False, "a sequence does not go back over a restart");
        Assert.That(again.LastSeen(8), Is.EqualTo(new[] { s_alice }), "Bob was never seen");

        _time.Advance(s_hour);
        Assert.That(again.GetAddresses(s_alice), Is.EqualTo(new[] { Address(1), Address(2) }), "lives go on where they were");
        Assert.That(Load(out _).GetAddresses(s_bob), Is.Empty, "time also passes while the file lies there");
    }

    [Test]
    public void ConnectedPeer_IsSavedAsIfItLeftNow()
    {
        var store = NewStore();
        store.SetConnected(s_alice, true);
        store.SetIdentified(s_alice, [Address(1)], s_hour);
        _time.Advance(s_hour * 5);
        new PeerStoreFile(FilePath).Save(store);
        Assert.That(Load(out _).GetAddresses(s_alice), Is.EqualTo(new[] { Address(1) }));
    }

    [Test]
    public void PermanentAddresses_AreLeftToTheConfiguration()
    {
        var store = NewStore();
        store.AddAddresses(s_alice, [Address(1)], AddressLifetime.Permanent);
        new PeerStoreFile(FilePath).Save(store);
        Assert.That(Load(out var load).Count, Is.Zero);
        Assert.That(load.Problem, Is.Null);
    }

    [Test]
    public void MissingFile_IsNoProblem() => Assert.That(new PeerStoreFile(FilePath).Load(NewStore()), Is.EqualTo(new PeerStoreLoad(0, null)));

    [Test]
    public void File_IsForItsOwnerOnly_AndNothingElseIsLeftBehind()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no file modes.");
            return;
        }
        File.WriteAllText(FilePath + ".new", "what a crash left");
        SaveAlice();
        SaveAlice();
        Assert.That(File.GetUnixFileMode(FilePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { FilePath }));
    }

    [Test]
    public void DamagedFile_IsToldAndLeftAside_AndTheNextOneIsWritten()
    {
        SaveAlice();
        var bytes = File.ReadAllBytes(FilePath);
        bytes[^1] ^= 1;
        File.WriteAllBytes(FilePath, bytes);
        var file = new PeerStoreFile(FilePath);
        var load = file.Load(NewStore());
        Assert.That(load.Peers, Is.Zero);
        Assert.That(load.Problem, Does.Contain("checksum").And.Contain(file.DamagedPath));
        Assert.That(File.ReadAllBytes(file.DamagedPath), Is.EqualTo(bytes));
        SaveAlice();
        Assert.That(Load(out _).Count, Is.EqualTo(1));
    }

    [Test]
    public void AnotherVersion_OrAnotherFile_IsNotGuessedAt()
    {
        SaveAlice();
        var bytes = File.ReadAllBytes(FilePath);
        bytes[11] = 2;
        Assert.That(PeerStoreFile.Decode(bytes, out _), Does.Contain("version is 2"));
        Assert.That(PeerStoreFile.Decode("#!/bin/sh"u8, out _), Does.Contain("no file of known peers"));
        Assert.That(PeerStoreFile.Decode(new byte[PeerStoreFile.MaxBytes + 1], out _), Does.Contain("more than"));
    }

    [Test]
    public void UnreadableFile_IsTold_AndLeftAlone()
    {
        Directory.CreateDirectory(FilePath);
        Assert.That(new PeerStoreFile(FilePath).Load(NewStore()).Problem, Does.Contain("cannot be read"));
        Assert.That(Directory.Exists(FilePath), Is.True);
    }

    [Test]
    public void ForgedRecordInAFileWithAGoodChecksum_CertifiesNothing()
    {
        var forged = Record(7, 1).Bytes.ToArray();
        forged[^1] ^= 1;
        var stored = new StoredPeer(s_alice, [new StoredAddress(Address(1), AddressOrigin.Certified, _time.GetUtcNow() + s_hour, false)], null, forged, [], null, null);
        File.WriteAllBytes(FilePath, PeerStoreFile.Encode([stored]));
        var store = Load(out _);
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(1) }));
        Assert.That(store.GetCertifiedAddresses(s_alice), Is.Empty);
    }

    [Test]
    public void ClockSetBack_MakesNoAddressLiveForEver()
    {
        var stored = new StoredPeer(s_bob, [new StoredAddress(Address(1), AddressOrigin.Hearsay, _time.GetUtcNow() + TimeSpan.FromDays(400), false)], null, null, [], null, null);
        File.WriteAllBytes(FilePath, PeerStoreFile.Encode([stored]));
        var store = Load(out _);
        _time.Advance(AddressLifetime.Identified);
        Assert.That(store.GetAddresses(s_bob), Is.Empty);
    }

    [Test]
    public void MostValuablePeers_AreSavedFirst_AndFitASmallerStore()
    {
        var store = NewStore();
        var peers = Enumerable.Range(0, 6).Select(_ => NewPeer()).ToArray();
        foreach (var peer in peers) store.AddAddresses(peer, [Address(1)], s_hour);
        store.SetProtected(peers[0], true);
        store.SetConnected(peers[1], true);
        new PeerStoreFile(FilePath).Save(store);
        var small = new PeerStore(_time, 3, 4);
        new PeerStoreFile(FilePath).Load(small);
        Assert.That(peers.Where(peer => small.GetAddresses(peer).Count > 0), Is.EquivalentTo(new[] { peers[1], peers[0], peers[5] }));
    }

    [Test]
    public void PeersBeyondTheSizeOfAFile_AreLeftOut()
    {
        var protocols = new[] { new string('x', PeerStore.MaxProtocolCharacters) };
        var peers = Enumerable.Range(1, 5_000).Select(i => new StoredPeer(
            PeerId.FromBytes([0x12, 0x20, .. SHA256.HashData(Encoding.ASCII.GetBytes($"{i}"))]),
            [new StoredAddress(Address(1), AddressOrigin.Hearsay, _time.GetUtcNow() + s_hour, false)],
            null,
            null,
            protocols,
            null,
            null)).ToArray();
        var bytes = PeerStoreFile.Encode(peers);
        Assert.That(bytes, Has.Length.InRange(PeerStoreFile.MaxBytes - 32 * 1024, PeerStoreFile.MaxBytes));
        Assert.That(PeerStoreFile.Decode(bytes, out var read), Is.Null);
        Assert.That(read.Select(peer => peer.Peer), Is.EqualTo(peers[..read.Count].Select(peer => peer.Peer)));
    }

    [Test]
    public void MutatedFile_WithAChecksumMadeGood_IsReadOrRefused_AndNeverThrows([Values(1, 20261122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var store = NewStore();
        store.AddCertified(Record(7, 1, 2), s_hour);
        store.SetProtocols(s_alice, ["/a/1"]);
        store.AddAddresses(s_bob, [Address(4)], s_hour);
        var good = PeerStoreFile.Encode(store.Export());
        var random = new Random(seed);
        var read = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = good.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(44, bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(44, bytes.Length)];
            SHA256.HashData(bytes.AsSpan(44), bytes.AsSpan(12));
            if (PeerStoreFile.Decode(bytes, out var peers) is not null) continue;
            read++;
            NewStore().Import(peers);
        }
        Assert.That(read, Is.GreaterThan(500), "the mutations are too coarse to reach the inside");
    }

    private void SaveAlice()
    {
        var store = NewStore();
        store.AddCertified(Record(7, 1), s_hour);
        new PeerStoreFile(FilePath).Save(store);
    }

    private PeerStore NewStore() => new(_time, 100, 4);

    private PeerStore Load(out PeerStoreLoad load)
    {
        var store = NewStore();
        load = new PeerStoreFile(FilePath).Load(store);
        return store;
    }

    private static PeerId NewPeer()
    {
        using var keys = KeyPair.Generate();
        return keys.PeerId;
    }

    private static Multiaddr Address(int port) => Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{port}");

    private static SignedPeerRecord Record(ulong sequence, params int[] ports) =>
        SignedPeerRecord.Seal(TestKeys.Alice, new PeerRecord(s_alice, sequence, ports.Select(Address)));
}
