using System.Buffers.Binary;
using System.Text;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Smoldot;

/// <summary>A second, independent stack dials this one over Noise and Yamux, and speaks a protocol of its own on it.</summary>
[CancelAfter(240_000)]
public sealed class SmoldotTests : JsFixture
{
    /// <summary>The hash of the first block of the chain that js/chain-spec.mjs makes up; each test asserts it.</summary>
    private const string GenesisHash = "1d37dbbd4436fa189f4d900ec2de9c58b4b7bf4e3e84a6ecad27b4d7e70e6e1e";

    private const string BlockAnnounces = $"/{GenesisHash}/block-announces/1";

    /// <summary>Roles, best number, best hash, hash of the first block.</summary>
    private const int HandshakeBytes = 1 + 4 + 32 + 32;

    private const byte FullNode = 1;
    private const byte LightClient = 2;
    private const int FinalisedBlock = 5;

    [TestCase("/ip4/127.0.0.1/tcp/0", false, TestName = "Smoldot_DialsNetOverTcp_AndOpensItsProtocol")]
    [TestCase("/ip4/127.0.0.1/tcp/0/ws", true, TestName = "Smoldot_DialsNetOverAWebSocket_AndOpensItsProtocol")]
    public async Task Smoldot_DialsNet_AndOpensItsProtocol(string listen, bool webSocket, CancellationToken cancellationToken)
    {
        var net = EndsWithTest(await NetPeer.StartAsync(listen));
        var greeting = new TaskCompletionSource<(PeerId Peer, byte[] Handshake)>(TaskCreationOptions.RunContinuationsAsynchronously);
        net.Host.Handle(BlockAnnounces, async (stream, cancelled) =>
        {
            var message = new byte[1 + HandshakeBytes];
            await stream.ReadExactlyAsync(message, cancelled);
            // What it said comes back as our own, but for the role: so we claim the same chain and the same height.
            var answer = message.ToArray();
            answer[1] = FullNode;
            await stream.WriteAsync(answer, cancelled);
            greeting.TrySetResult((stream.Peer, message));
            await stream.CopyToAsync(Stream.Null, cancelled);
        });

        var smoldot = EndsWithTest(await SmoldotPeer.StartAsync(net.Address, webSocket));
        var (peer, handshake) = await greeting.Task.WaitAsync(cancellationToken);

        Assert.That(smoldot.GenesisHash, Is.EqualTo(GenesisHash));
        Assert.That(await smoldot.WaitForDialsAsync(), Does.Contain(peer.ToString()), "the identity that Noise proved is the one that smoldot took");
        Assert.That(handshake[0], Is.EqualTo(HandshakeBytes), "a length before the message");
        Assert.That(handshake[1], Is.EqualTo(LightClient));
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(handshake.AsSpan(2)), Is.EqualTo(FinalisedBlock));
        Assert.That(Convert.ToHexStringLower(handshake.AsSpan(^32..)), Is.EqualTo(GenesisHash));
        await Eventually.HoldsAsync("smoldot has taken our answer", smoldot.PeersAsync, peers => peers.Contains(net.Id));
        Assert.That(await net.PingAsync(peer, cancellationToken), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(async () => await net.Host.OpenStreamAsync(peer, ["/interop/nobody-speaks-this/1.0.0"], cancellationToken), Throws.TypeOf<ProtocolNotSupportedException>());
        var identify = await Eventually.HoldsAsync("it has answered identify", () => IdentifyAsync(net.Host, peer, cancellationToken), answer => answer.Length > 0);
        Assert.That(identify, Does.Contain("smoldot").And.Contain("/ipfs/ping/1.0.0").And.Contain(BlockAnnounces));
    }

    /// <summary>The answer to identify as text, whose names and protocols stand in it as they are; empty where the stream was reset, so that the caller may ask again.</summary>
    private static async Task<string> IdentifyAsync(Host host, PeerId peer, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await host.OpenStreamAsync(peer, ["/ipfs/id/1.0.0"], cancellationToken);
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer, cancellationToken);
            return Encoding.Latin1.GetString(answer.ToArray());
        }
        catch (StreamResetException)
        {
            return "";
        }
    }
}
