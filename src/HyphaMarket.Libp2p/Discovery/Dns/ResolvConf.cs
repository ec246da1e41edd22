using System.Net;

namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>The system's list of DNS servers. Source: resolv.conf(5).</summary>
internal static class ResolvConf
{
    public const string DefaultPath = "/etc/resolv.conf";

    /// <summary>"Up to MAXNS (currently 3) name servers may be listed"; the resolver of the C library ignores others too.</summary>
    public const int MaxServers = 3;

    private const int Port = 53;

    /// <summary>"If no nameserver entries are present, the default is to use the name server on the local machine."</summary>
    private static readonly IPEndPoint s_local = new(IPAddress.Loopback, Port);

    /// <summary>The servers of a file; that of the local machine where the file names none or is not there.</summary>
    public static IReadOnlyList<IPEndPoint> Read(string path = DefaultPath)
    {
        try
        {
            return Parse(File.ReadLines(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [s_local];
        }
    }

    public static IReadOnlyList<IPEndPoint> Parse(IEnumerable<string> lines)
    {
        var servers = new List<IPEndPoint>();
        foreach (var line in lines)
        {
            // "The keyword must start the line, and the value must follow it, separated by white space."
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0] != "nameserver" || !line.StartsWith("nameserver", StringComparison.Ordinal) || !IPAddress.TryParse(words[1], out var address)) continue;
            servers.Add(new IPEndPoint(address, Port));
            if (servers.Count == MaxServers) break;
        }
        return servers.Count > 0 ? servers : [s_local];
    }
}
