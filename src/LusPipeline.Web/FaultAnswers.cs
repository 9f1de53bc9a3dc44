using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Web;

/// <summary>Answers requests that failed. The log says what happened; the answer repeats nothing of it.</summary>
internal static partial class FaultAnswers
{
    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            var away = IsAway(fault);
            Failed(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(FaultAnswers)), fault);
            context.Response.StatusCode = away ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(away ? "The ledger does not answer. Try again.\n" : "The server has a fault; its log says which.\n", context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static bool IsAway(Exception? fault) => fault is DbException or TimeoutException || (fault is not null && IsAway(fault.InnerException));

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed.")]
    private static partial void Failed(ILogger logger, Exception fault);
}
