namespace HyphaMarket.Node.Api;

/// <summary>The kinds of failure, which decide the HTTP status and the program's exit code.</summary>
public enum ApiFailure
{
    /// <summary>The request makes no sense: 400.</summary>
    BadRequest = 400,

    /// <summary>The caller did not show who it is: 401.</summary>
    Unauthorized = 401,

    /// <summary>The caller may not: 403.</summary>
    Forbidden = 403,

    /// <summary>There is no such thing: 404.</summary>
    NotFound = 404,

    /// <summary>The market or the other party said no: 409.</summary>
    Refused = 409,

    /// <summary>The body is too large: 413.</summary>
    TooLarge = 413,

    /// <summary>An idempotency key stands for another request already: 422.</summary>
    KeyReused = 422,

    /// <summary>The caller asks too fast: 429.</summary>
    TooFast = 429,

    /// <summary>We are wrong: 500.</summary>
    Internal = 500,

    /// <summary>The node cannot do this now: 503.</summary>
    Unavailable = 503,

    /// <summary>It took too long: 504.</summary>
    TimedOut = 504,
}
