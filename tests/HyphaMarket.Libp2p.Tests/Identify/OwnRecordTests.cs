using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Hosting;
using HyphaMarket.Libp2p.Tests.Identity;

namespace HyphaMarket.Libp2p.Tests.Identify;

[TestFixture]
public sealed class OwnRecordTests
{
    private readonly SettableTime _time = new();

    [Test]
    public void Record_OfUnchangedAddresses_IsTheSame()
    {
        var own = new OwnRecord(TestKeys.Alice, _time);
        var first = own.Of([Address(1)]);
        Assert.That(own.Of([Address(1)]), Is.SameAs(first));
    }

    [Test]
    public void Sequence_RisesWithEachChange_EvenWhereTheClockStandsStill()
    {
        var own = new OwnRecord(TestKeys.Alice, _time);
        var first = own.Of([Address(1)]).Record.Sequence;
        Assert.That(own.Of([Address(2)]).Record.Sequence, Is.EqualTo(first + 1));
        Assert.That(own.Of([Address(1)]).Record.Sequence, Is.EqualTo(first + 2), "an old list is new again");
    }

    [Test]
    public void Sequence_IsTheTimeInNanoseconds_SoThatItRisesOverARestart()
    {
        var before = new OwnRecord(TestKeys.Alice, _time).Of([Address(1)]).Record.Sequence;
        Assert.That(before, Is.EqualTo((ulong)_time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(new OwnRecord(TestKeys.Alice, _time).Of([Address(2)]).Record.Sequence, Is.EqualTo(before + 1_000_000));
    }

    [Test]
    public void Addresses_BeyondWhatARecordHolds_AreLeftOut()
    {
        var own = new OwnRecord(TestKeys.Alice, _time);
        Assert.That(own.Of([.. Enumerable.Range(1, 100).Select(Address)]).Record.Addresses, Has.Count.EqualTo(PeerRecord.MaxAddresses));
        var name = new string('a', 60);
        var longOnes = Enumerable.Range(1, 60).Select(port => Multiaddr.Parse($"/dns4/{name}.{name}.{name}.{name[..50]}/tcp/{port}")).ToArray();
        var cut = own.Of(longOnes);
        Assert.That(cut.Record.Addresses, Is.EqualTo(longOnes[..cut.Record.Addresses.Count]));
        Assert.That(cut.Envelope.Payload.Length, Is.InRange(SignedEnvelope.MaxPayloadLength - 400, SignedEnvelope.MaxPayloadLength));
    }

    private static Multiaddr Address(int port) => Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{port}");
}
