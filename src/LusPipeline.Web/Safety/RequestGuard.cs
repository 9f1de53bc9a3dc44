using Microsoft.AspNetCore.Http;

namespace LusPipeline.Web.Safety;

/// <summary>Looks at every request before anything else does.</summary>
internal sealed class RequestGuard(HostRule hosts, AccessRule access)
{
    /// <summary>Answers probes; it says nothing of the ledger.</summary>
    public const string Health = "/health/live";

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        SecurityHeaders.Set(context);
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "Nothing can be changed here.").ConfigureAwait(false);
            return;
        }
        // The server sends no content for HEAD, whatever is written.
        request.Method = HttpMethods.Get;
        if (!hosts.Allows(request.Host))
        {
            await RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, "This server is not called by that host name. Its owner can add the name to Web:Hosts.").ConfigureAwait(false);
            return;
        }
        switch (request.Path == Health ? Access.Given : access.Check(context))
        {
            case Access.Given:
                await next(context).ConfigureAwait(false);
                break;
            case Access.NotFromProxy:
                await RefuseAsync(context, StatusCodes.Status403Forbidden, "The request does not come from a proxy of Web:Proxies.").ConfigureAwait(false);
                break;
            default:
                if (access.HasToken)
                    context.Response.Headers.WWWAuthenticate = "Basic realm=\"LusPipeline\", charset=\"UTF-8\"";
                await RefuseAsync(context, StatusCodes.Status401Unauthorized, access.HasToken
                    ? "The token is needed: as the password of basic authentication with any user name, or as a bearer token."
                    : "The proxy in front of this server has not said who you are.").ConfigureAwait(false);
                break;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message + "\n", context.RequestAborted);
    }
}
