using HyphaMarket.Interop.Tests.Harness;

namespace HyphaMarket.Interop.Tests.Relay;

/// <summary>A relay, a peer behind it and a peer that dials it: every mixture of the two kinds of nodes.</summary>
[CancelAfter(240_000)]
public sealed class RelayTests : JsFixture
{
    /// <summary>Under the 128 KiB that either kind of relay carries by default.</summary>
    private const int EchoBytes = 30_000;

    [TestCase("js", "net", "net")]
    [TestCase("js", "net", "js")]
    [TestCase("js", "js", "net")]
    [TestCase("net", "js", "js")]
    [TestCase("net", "js", "net")]
    [TestCase("net", "net", "js")]
    public async Task Dialler_ReachesAPeerBehindARelay_AndBytesComeBack(string relayKind, string listenerKind, string diallerKind, CancellationToken cancellationToken)
    {
        var relay = await RelayAsync(relayKind, dataLimit: null);
        var listener = await ListenerAsync(listenerKind, relay);
        var dialler = await DiallerAsync(diallerKind);

        await dialler.DialAsync(Through(relay, listener), cancellationToken);

        Assert.That(await dialler.IsLimitedAsync(listener.Id), Is.True);
        await dialler.EchoAsync(listener.Id, EchoBytes, cancellationToken);
        Assert.That(await Eventually.HoldsAsync("the listener has the connection", () => listener.IsLimitedAsync(dialler.Id), limited => limited), Is.True);
        if (relay is NetRelayNode { Server: { } server }) Assert.That(server.Statistics.CircuitsOpened, Is.EqualTo(1));
        if (relay is JsRelayNode js) Assert.That(await js.Peer.ReservationsAsync(), Is.EqualTo(new[] { listener.Id }));
    }

    [TestCase("net", "js", "net")]
    [TestCase("net", "net", "js")]
    [TestCase("js", "net", "net")]
    public async Task Circuit_OverItsBytes_EndsForTheDialler(string relayKind, string listenerKind, string diallerKind, CancellationToken cancellationToken)
    {
        var relay = await RelayAsync(relayKind, dataLimit: 40_000);
        var listener = await ListenerAsync(listenerKind, relay);
        var dialler = await DiallerAsync(diallerKind);
        await dialler.DialAsync(Through(relay, listener), cancellationToken);

        Assert.That(async () => await dialler.EchoAsync(listener.Id, 1 << 20, cancellationToken), Throws.InstanceOf<Exception>());

        await Eventually.HoldsAsync("the relayed connection is gone", () => dialler.IsLimitedAsync(listener.Id), limited => !limited);
    }

    [Test]
    public async Task Net_ReservesAtJs_AndHasAVoucherThatItSigned()
    {
        var relay = await RelayAsync("js", dataLimit: null);
        var listener = (NetRelayNode)await ListenerAsync("net", relay);

        var reservation = listener.Client!.Reservations[0];

        Assert.That((reservation.Voucher!.Relay.ToString(), reservation.Voucher.Peer.ToString(), reservation.Voucher.Expires), Is.EqualTo((relay.Id, listener.Id, reservation.Expires)));
        Assert.That(reservation.Addresses.Select(address => address.ToString()), Does.Contain($"{relay.Address}/p2p-circuit"));
        Assert.That(reservation.Limits!.Bytes, Is.EqualTo(131_072));
    }

    [TestCase("net", "js")]
    [TestCase("js", "net")]
    public async Task PeerWithoutAReservation_IsNotReached(string relayKind, string diallerKind, CancellationToken cancellationToken)
    {
        var relay = await RelayAsync(relayKind, dataLimit: null);
        var stranger = EndsWithTest(await NetRelayNode.DiallerAsync());
        var dialler = await DiallerAsync(diallerKind);

        Assert.That(async () => await dialler.DialAsync(Through(relay, stranger), cancellationToken), Throws.InstanceOf<Exception>().With.Message.Matches("(?i)no_?reservation"));
    }

    private static string Through(IRelayNode relay, IRelayNode listener) => $"{relay.Address}/p2p-circuit/p2p/{listener.Id}";

    private async Task<IRelayNode> RelayAsync(string kind, long? dataLimit) =>
        EndsWithTest<IRelayNode>(kind == "js" ? await JsRelayNode.RelayAsync(dataLimit) : await NetRelayNode.RelayAsync(dataLimit));

    private async Task<IRelayNode> ListenerAsync(string kind, IRelayNode relay) =>
        EndsWithTest<IRelayNode>(kind == "js" ? await JsRelayNode.ListenerAsync(relay.Address) : await NetRelayNode.ListenerAsync(relay.Address));

    private async Task<IRelayNode> DiallerAsync(string kind) =>
        EndsWithTest<IRelayNode>(kind == "js" ? await JsRelayNode.DiallerAsync() : await NetRelayNode.DiallerAsync());
}
