using Google.Protobuf;

namespace HyphaMarket.Simulation.World;

/// <summary>A message on its way; one that comes twice happens twice.</summary>
internal abstract class Letter<T>(T message) : Planned
    where T : class, IMessage
{
    private ByteString? _bytes;

    /// <summary>What was sent.</summary>
    public T Message => message;

    /// <summary>From now on every arrival reads its bytes anew.</summary>
    public void Copy() => _bytes = message.ToByteString();

    public override void Happen() => Arrive(_bytes is null ? message : (T)message.Descriptor.Parser.ParseFrom(_bytes));

    /// <summary>It comes to whom it was sent.</summary>
    protected abstract void Arrive(T arrived);
}
