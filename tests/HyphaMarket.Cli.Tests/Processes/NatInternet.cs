using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>A small internet of network namespaces for real daemons: public machines on one segment, and homes behind routers that translate addresses.</summary>
/// <remarks>
///     public machine 11.N.0.1 ── 11.0.0.0/8 (bridge) ── router, 11.N.0.1 outside, 10.0.N.1 inside ── home 10.0.N.2
/// Each machine has a /16 of its own, for a DHT takes few nodes of one /24. A router lets in what belongs to a connection made from inside and drops the rest without an answer.
/// </remarks>
internal sealed class NatInternet : IDisposable
{
    private readonly NetworkNamespace _segment = NetworkNamespace.Create("net");
    private readonly Dictionary<string, NetworkNamespace> _machines = [];
    private readonly List<NetworkNamespace> _routers = [];
    private readonly List<NamespaceThread> _threads = [];
    private int _last;

    public NatInternet()
    {
        _segment.Run("ip", "link", "add", "bridge", "type", "bridge");
        _segment.Run("ip", "link", "set", "bridge", "up");
    }

    /// <summary>The command that starts a program on a machine.</summary>
    public IReadOnlyList<string> Within(string name) => ["ip", "netns", "exec", _machines[name].Name];

    /// <summary>A machine that everybody can dial.</summary>
    /// <returns>Where to listen.</returns>
    public string AddPublic(string name)
    {
        var number = ++_last;
        _machines.Add(name, NetworkNamespace.Create($"pub{number}"));
        Attach(_machines[name], number);
        return $"/ip4/11.{number}.0.1/tcp/4001";
    }

    /// <summary>A machine behind a router of its own.</summary>
    /// <param name="symmetric">The router gives each connection a random port outside, so that no hole can be punched; and it refuses what it does not let in, so that AutoNAT ends soon.</param>
    /// <returns>Where to listen.</returns>
    public string AddHome(string name, bool symmetric = false)
    {
        var number = ++_last;
        var router = NetworkNamespace.Create($"nat{number}");
        _routers.Add(router);
        _machines.Add(name, NetworkNamespace.Create($"home{number}"));
        Attach(router, number);
        NetworkNamespace.AddVeth(router, "inside", $"10.0.{number}.1/24", _machines[name], "eth0", $"10.0.{number}.2/24");
        _machines[name].Run("ip", "route", "add", "default", "via", $"10.0.{number}.1");
        router.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        router.Run(
            "nft",
            $$"""
            table ip nat {
                chain input { type filter hook input priority 0; policy drop; iifname "inside" accept; ct state established,related accept;{{(symmetric ? " meta l4proto tcp reject with tcp reset;" : "")}} }
                chain forward { type filter hook forward priority 0; policy drop; iifname "inside" accept; ct state established,related accept; }
                chain out { type nat hook postrouting priority 100; oifname "outside" masquerade{{(symmetric ? " random,fully-random" : "")}}; }
            }
            """);
        return $"/ip4/10.0.{number}.2/tcp/4001";
    }

    /// <summary>Cuts a public machine off without a word to anybody.</summary>
    public void Cut(string name) => _machines[name].Run("ip", "link", "set", "outside", "down");

    /// <summary>Drops a share of what comes to a public machine, or of what leaves it, until <see cref="Mend"/>.</summary>
    /// <param name="percent">0 to 100; 100 cuts that direction.</param>
    public void Lose(string name, bool incoming, int percent)
    {
        var chain = incoming ? "incoming" : "outgoing";
        _machines[name].Run("nft", $"table ip {chain} {{ chain losses {{ type filter hook {(incoming ? "input" : "output")} priority 0; {(percent >= 100 ? "drop" : $"numgen random mod 100 < {percent} drop")}; }}; }}");
    }

    /// <summary>Ends all losses of a public machine.</summary>
    public void Mend(string name) => _machines[name].Run("nft", "flush", "ruleset");

    /// <summary>Runs code whose sockets are to be those of a machine; what it awaits continues there too.</summary>
    public T On<T>(string name, Func<T> code) => ThreadOn(name).Run(code);

    /// <summary>A thread whose sockets are those of a machine.</summary>
    public NamespaceThread ThreadOn(string name)
    {
        var thread = new NamespaceThread(_machines[name]);
        _threads.Add(thread);
        return thread;
    }

    public void Dispose()
    {
        foreach (var thread in _threads) thread.Dispose();
        foreach (var machine in _machines.Values.Concat(_routers)) machine.Dispose();
        _segment.Dispose();
    }

    private void Attach(NetworkNamespace machine, int number)
    {
        NetworkNamespace.AddVeth(machine, "outside", $"11.{number}.0.1/8", _segment, $"port{number}", null);
        _segment.Run("ip", "link", "set", $"port{number}", "master", "bridge");
    }
}
