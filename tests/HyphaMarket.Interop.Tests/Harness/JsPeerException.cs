namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>A js peer answered a command with an error, or gave no answer in time, or died.</summary>
public sealed class JsPeerException : Exception
{
    public JsPeerException() : base("The js peer failed.") { }
    public JsPeerException(string message) : base(message) { }
    public JsPeerException(string message, Exception innerException) : base(message, innerException) { }
}
