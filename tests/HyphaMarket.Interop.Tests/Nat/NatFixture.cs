using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Interop.Tests.Nat;

/// <summary>The base of tests on a small internet of network namespaces, with peers of both kinds on it: js refuses private addresses, and nothing makes it do otherwise.</summary>
public abstract class NatFixture : JsFixture
{
    /// <summary>
    /// A SYN that nobody answers is seen as such in three seconds; everything else may take as long as a busy machine needs. Nothing is pushed, since js would begin a
    /// second upgrade of a relayed connection with each message of identify, and the two would take turns in failing.
    /// </summary>
    private protected static HostOptions Options { get; } = NetPeer.Patient with { DialTimeout = TimeSpan.FromSeconds(3), PushDelay = TimeSpan.FromHours(1) };

    private protected NatNetwork Network { get; private set; } = null!;

    [SetUp]
    public void MakeNetwork()
    {
        NetworkNamespace.Require("nft");
        Network = EndsWithTest(new NatNetwork());
    }

    private protected async Task<JsPeer> StartJsAsync(NetworkNamespace network, JsPeerOptions options) => EndsWithTest(await JsPeer.StartAsync(options, network));

    /// <summary>New connections to a port of a machine are refused from now on, with a reset and not in silence, so that nobody has to wait for it.</summary>
    private protected static void Refuse(NetworkNamespace network, int port) => network.Run(
        "nft",
        $$"""
        table ip refuse {
            chain input { type filter hook input priority 0; tcp dport {{port}} ct state new reject with tcp reset; }
        }
        """);
}
