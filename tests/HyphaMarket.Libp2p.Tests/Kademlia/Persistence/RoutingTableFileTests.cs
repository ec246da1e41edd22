using HyphaMarket.Libp2p.Kademlia.Persistence;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Persistence;

public sealed class RoutingTableFileTests
{
    private const string Protocol = "/test/kad";
    private readonly Random _random = new(3);
    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.table");

    [TearDown]
    public void TearDown()
    {
        foreach (var file in Directory.GetFiles(TestContext.CurrentContext.WorkDirectory, Path.GetFileName(_path) + "*")) File.Delete(file);
    }

    [Test]
    public void WhatWasSaved_IsLoaded_AndReplacedAsAWhole()
    {
        var (first, second) = (Peers(5), Peers(200));
        RoutingTableFile.Save(_path, Protocol, first);
        AssertSame(RoutingTableFile.Load(_path, Protocol), first);
        File.WriteAllText(_path + ".new", "what a crash left");
        RoutingTableFile.Save(_path, Protocol, second);
        AssertSame(RoutingTableFile.Load(_path, Protocol), second);
        Assert.That(File.Exists(_path + ".new"), Is.False);
    }

    [Test]
    public void TheFile_IsItsOwnersAlone()
    {
        RoutingTableFile.Save(_path, Protocol, Peers(1));
        if (OperatingSystem.IsWindows()) Assert.Ignore("Windows has no file modes.");
        else Assert.That(File.GetUnixFileMode(_path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void NoFile_IsAnEmptyTable_AndNoProblem()
    {
        Assert.That(RoutingTableFile.Load(_path, Protocol), Is.EqualTo(new RoutingTableLoad([], null, null)).Using<RoutingTableLoad>((a, b) => a.Problem == b.Problem && a.Peers.Count == b.Peers.Count));
    }

    [Test]
    public void EveryDamagedByte_AndEveryCut_IsNoticed()
    {
        var whole = RoutingTableCodec.Encode(Protocol, Peers(2));
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= (byte)(1 << _random.Next(8));
            Assert.That(RoutingTableCodec.Decode(damaged, Protocol, out var problem), Is.Null, $"byte {i}");
            Assert.That(problem, Is.Not.Empty);
            Assert.That(RoutingTableCodec.Decode(whole.AsSpan(0, i), Protocol, out _), Is.Null, $"cut at {i}");
        }
    }

    [Test]
    public void ADamagedFile_IsToldAndSetAside_AndTheNextSaveStandsAlone()
    {
        RoutingTableFile.Save(_path, Protocol, Peers(3));
        var bytes = File.ReadAllBytes(_path);
        bytes[30] ^= 1;
        File.WriteAllBytes(_path, bytes);
        var load = RoutingTableFile.Load(_path, Protocol);
        Assert.Multiple(() =>
        {
            Assert.That(load.Peers, Is.Empty);
            Assert.That(load.Problem, Does.Contain("checksum"));
            Assert.That(File.Exists(_path), Is.False);
            Assert.That(File.ReadAllBytes(load.SetAside!), Is.EqualTo(bytes));
        });
        RoutingTableFile.Save(_path, Protocol, Peers(1));
        Assert.That(RoutingTableFile.Load(_path, Protocol).Peers, Has.Count.EqualTo(1));
    }

    [Test]
    public void ATableOfAnotherNetwork_IsNotUsed()
    {
        RoutingTableFile.Save(_path, "/other/kad", Peers(3));
        Assert.That(RoutingTableFile.Load(_path, Protocol).Problem, Does.Contain("another network"));
    }

    [Test]
    public void AFileThatIsTooLong_IsNotReadWhole()
    {
        using (var file = File.OpenWrite(_path)) file.SetLength(10L * RoutingTableCodec.MaxBytes);
        Assert.That(RoutingTableFile.Load(_path, Protocol).Problem, Does.Contain("more than"));
    }

    private static void AssertSame(RoutingTableLoad load, IReadOnlyList<SavedPeer> peers)
    {
        Assert.That(load.Problem, Is.Null);
        Assert.That(load.Peers.Select(p => (p.Peer, p.FirstSeen, p.LastSeen)), Is.EqualTo(peers.Select(p => (p.Peer, p.FirstSeen, p.LastSeen))));
        Assert.That(load.Peers.SelectMany(p => p.Addresses), Is.EqualTo(peers.SelectMany(p => p.Addresses)));
    }

    private List<SavedPeer> Peers(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new SavedPeer(TestPeers.Next(_random), [TestPeers.AddressOf(1 + i), TestPeers.Address], TestPeers.Start.AddMilliseconds(i), TestPeers.Start.AddHours(i)))];
}
