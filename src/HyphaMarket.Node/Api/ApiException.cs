using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api;

/// <summary>A request failed in a way that the caller can understand; services throw it, the server turns it into an answer.</summary>
public sealed class ApiException : Exception
{
    public ApiException() : this(ApiFailure.Internal, "internal", "The request failed.") { }
    public ApiException(string message) : this(ApiFailure.Internal, "internal", message) { }
    public ApiException(string message, Exception innerException) : base(message, innerException) => (Failure, Error) = (ApiFailure.Internal, new ApiError("internal", message, ""));

    /// <param name="code">Stable, kebab-case.</param>
    /// <param name="reason">One sentence for people.</param>
    /// <param name="hint">What would help.</param>
    public ApiException(ApiFailure failure, string code, string reason, string hint = "") : base(reason) => (Failure, Error) = (failure, new ApiError(code, reason, hint));

    public ApiFailure Failure { get; }
    public ApiError Error { get; }

    /// <summary>When another attempt may do better; null where time does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
