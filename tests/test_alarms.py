import asyncio

from server.alarms import Alarms


def test_an_alarm_goes_off_once_and_one_called_off_never() -> None:
    async def main() -> list[str]:
        alarms, done = Alarms(), list[str]()
        alarms.set(0.01, lambda: done.append("first"))
        called_off = alarms.set(0.01, lambda: done.append("never"))
        alarms.call_off(called_off)
        alarms.call_off(called_off)
        last = asyncio.Event()
        alarms.set(0.02, last.set)
        await last.wait()
        # All were done, so it has to begin anew.
        again = asyncio.Event()
        alarms.set(0.01, again.set)
        await again.wait()
        return done

    assert asyncio.run(main()) == ["first"]


def test_an_alarm_may_set_another() -> None:
    async def main() -> None:
        alarms, end = Alarms(), asyncio.Event()
        alarms.set(0.01, lambda: alarms.set(0.01, end.set))
        await end.wait()

    asyncio.run(main())
